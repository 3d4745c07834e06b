/** Takes installations away with their clusters, which root's installations keep elsewhere. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readRecord } from '../../src/platform/embedded/places.ts';

/** `directory` is an installation's own, or the one above it. */
export async function removeInstallation(directory: string): Promise<void> {
  const below = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const dataDirs = below.filter((one) => one.isDirectory()).map(({ name }) => join(directory, name));
  for (const dataDir of [directory, ...dataDirs]) {
    const home = (await readRecord(dataDir).catch(() => undefined))?.home;
    if (home !== undefined) await rm(home, { recursive: true, force: true });
  }
  await rm(directory, { recursive: true, force: true });
}
