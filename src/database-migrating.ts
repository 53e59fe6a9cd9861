/** The schema is brought up to date by its owner, on a connection of its own: what serves requests owns nothing. */
import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator, type Migration } from '@mikro-orm/migrations';
import { MikroORM, type EntityManager } from '@mikro-orm/postgresql';
import { migrationProblem } from './database-check.js';
import { assertRolesCanBeMade } from './database-role.js';
import { liftTimeLimit, withMigrationLock } from './database.sql.js';

export type MigrationClass = new (...args: ConstructorParameters<typeof Migration>) => Migration;

/**
 * Of several servers that start at once one migrates and the others wait.
 * @param setting the name of the setting that the URL came from.
 * @throws StartError where the user of the URL may not make what is missing.
 */
export async function migrateDatabase(setting: string, url: string, migrations: readonly MigrationClass[]) {
  try {
    await withMigrationLock(url, async () => {
      await assertRolesCanBeMade(setting, url);
      await migrateAsOwner(url, migrations);
    });
  } catch (error) {
    throw migrationProblem(setting, error);
  }
}

async function migrateAsOwner(url: string, migrations: readonly MigrationClass[]): Promise<void> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    metadataProvider: ReflectMetadataProvider,
    allowGlobalContext: false,
    forceUtcTimezone: true,
    pool: { min: 0, max: 2 },
    driverOptions: { application_name: 'tollgate start', keepAlive: true },
    migrations: {
      tableName: 'migration',
      snapshot: false,
      allOrNothing: true,
      silent: true,
      migrationsList: [...migrations],
    },
  });
  try {
    await orm.em.fork().transactional(migrate);
  } finally {
    await orm.close(true);
  }
}

/** A migration takes as long as it takes, whatever the user's own time limit. */
async function migrate(em: EntityManager): Promise<void> {
  await liftTimeLimit(em);
  const transaction = em.getTransactionContext<object>();
  await new Migrator(em).up(transaction && { transaction });
}
