import { rm } from 'node:fs/promises';

export default async function stop() {
  const { folder, postgres } = globalThis.testPostgres;
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
}
