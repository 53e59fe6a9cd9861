/** A door as it must not be: it puts what it is sent into its SQL. Who looks for holes has to find this one. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { Client } from 'pg';

export class LeakyDoor {
  readonly #server: Server;

  private constructor(private readonly database: Client) {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then((body) => response.setHeader('Content-Type', 'application/json').end(body));
    });
  }

  static async open(databaseUrl: string): Promise<LeakyDoor> {
    const database = new Client({ connectionString: databaseUrl });
    await database.connect();
    const door = new LeakyDoor(database);
    await new Promise<void>((isOpen) => door.#server.listen(0, '127.0.0.1', isOpen));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** As `node(id:)` is answered: with nothing, where nothing is found. */
  async #answer(request: IncomingMessage): Promise<string> {
    const { variables } = (await json(request)) as { variables: { id: string } };
    try {
      const { rows } = await this.database.query<{ id: string }>(
        `SELECT oid AS id FROM pg_type WHERE typname = '${variables.id}'`,
      );
      return JSON.stringify({ data: { node: rows[0] ?? null } });
    } catch {
      return JSON.stringify({ data: { node: null }, errors: [{ message: 'Something went wrong.' }] });
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((isClosed) => this.#server.close(isClosed));
    await this.database.end();
  }
}
