/** What a migration may do that nobody else may. */
import { Migration } from '@mikro-orm/migrations';
import { openDatabase } from '../../src/database.js';
import { MIGRATIONS } from '../../src/migrations.js';
import { ENTITIES } from '../../src/services.js';
import { cloneDatabase } from '../support/database.js';
import { testLog } from '../support/heard.js';
import { withClient } from '../support/server-process.js';

class Telling extends Migration {
  override name = '99999999-telling';

  override up(): void {
    this.addSql(`CREATE TABLE told AS SELECT current_setting('statement_timeout') AS limit_ms`);
  }
}

// Seen to fail: with the limit of the pool that it runs on, 30s.
test('a migration has no time limit, and what comes after it has', async () => {
  const { url, drop } = await cloneDatabase();
  const log = testLog();
  const migrations = [...MIGRATIONS, Telling];
  const database = await openDatabase({
    url,
    hotUrl: url,
    laneConnections: 1,
    entities: ENTITIES,
    migrations,
    testClock: true,
    log,
  });
  try {
    const told = await withClient(url, (client) => client.query('SELECT limit_ms FROM told'));
    expect(told.rows).toEqual([{ limit_ms: '0' }]);
    const after = await database.orm.em.fork().execute('SHOW statement_timeout');
    expect(after).toEqual([{ statement_timeout: '30s' }]);
  } finally {
    await database.close();
    await drop();
  }
});
