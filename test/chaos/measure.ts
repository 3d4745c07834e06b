/** Runs episodes one after another and measures how long after each healing all is well again. */
import type { Episode } from './episode.ts';
import { backAtMs, WINDOW_MS } from './goodput.ts';
import type { Installation } from './installation.ts';
import type { Load } from './load.ts';

/** From healing until the end of a window in which all goodput is back. */
export const RECOVERY_MS_MAX = 30_000;
/** Past that it is a violation; past this there is no use in going on. */
const GIVE_UP_MS = 120_000;
const LOOK_MS = 50;
/** A fault that nobody has met yet is held so long. */
const HOLD_MS_MAX = 5_000;

export interface Measured {
  readonly episode: Episode;
  readonly recoveryMs: number;
  /** How often the fault has done something. */
  readonly bites: number;
}

export async function* runEpisodes(
  installation: Installation,
  load: Load,
  episodes: readonly Episode[],
): AsyncGenerator<Measured> {
  await allIsWell(load, Date.now());
  for (const episode of episodes) yield await runEpisode(installation, load, episode);
}

async function runEpisode({ proxies }: Installation, load: Load, episode: Episode): Promise<Measured> {
  const proxy = proxies[episode.link];
  const bitesBefore = proxy.bites;
  proxy.suffer(episode.fault);
  const beganAtMs = Date.now();
  await pause(episode.holdMs);
  while (proxy.bites === bitesBefore && Date.now() < beganAtMs + HOLD_MS_MAX) await pause(LOOK_MS);
  await proxy.heal();
  const healedAtMs = Date.now();
  const backMs = await allIsWell(load, healedAtMs);
  return { episode, recoveryMs: backMs - healedAtMs, bites: proxy.bites - bitesBefore };
}

/** When the goodput was back. */
async function allIsWell({ measured }: Load, sinceMs: number): Promise<number> {
  for (;;) {
    const nowMs = Date.now();
    const backMs = backAtMs(measured, sinceMs, nowMs);
    if (backMs !== undefined) return backMs;
    if (nowMs - sinceMs > GIVE_UP_MS)
      throw new Error(`goodput is not back after ${GIVE_UP_MS / 1000} s: ${standing(measured, nowMs)}`);
    await pause(LOOK_MS);
  }
}

function standing(measured: Load['measured'], nowMs: number): string {
  return measured.map((one) => one.share(nowMs - WINDOW_MS, nowMs)?.toFixed(2) ?? 'none').join(', ');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
