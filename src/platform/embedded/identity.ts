/**
 * Whom PostgreSQL runs as, and what that user can reach. PostgreSQL refuses to run as root, so a root process
 * starts it as another user, who may not be able to enter the directories that root lives in.
 */
import { constants } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** `nobody`, by number: the name differs from system to system. */
const UNPRIVILEGED: Identity = { uid: 65_534, gid: 65_534 };
const ROOT_UID = 0;

export function ownIdentity(): Identity {
  const uid = process.getuid?.();
  const gid = process.getgid?.();
  if (uid === undefined || gid === undefined) throw new Error('this platform has no user ids');
  return { uid, gid };
}

export function isRoot(): boolean {
  return ownIdentity().uid === ROOT_UID;
}

/** Who runs a new cluster. */
export function serverIdentity(): Identity {
  return isRoot() ? UNPRIVILEGED : ownIdentity();
}

/** Who runs an existing cluster: its owner, where we may become that. */
export async function ownerOf(directory: string): Promise<Identity> {
  const { uid, gid } = await stat(directory);
  if (isRoot()) return uid === ROOT_UID ? UNPRIVILEGED : { uid, gid };
  const own = ownIdentity();
  if (uid === own.uid) return own;
  throw new Error(
    `the database in ${directory} belongs to user ${uid}: start as that user or as root, or set TOPRAIL_DATA_DIR`,
  );
}

/** What `child_process` needs to become this user: nothing where we are that user already. */
export function spawnAs(identity: Identity): { uid: number; gid: number } | Record<string, never> {
  return isRoot() ? { uid: identity.uid, gid: identity.gid } : {};
}

/** Whether a directory and all above it let this user through. Access lists beyond the mode bits are not seen. */
export async function canEnter(directory: string, identity: Identity): Promise<boolean> {
  const path = resolve(directory);
  const { X_OK } = constants;
  if (!(await permits(path, identity, X_OK))) return false;
  return path === dirname(path) || canEnter(dirname(path), identity);
}

/** Whether this user may do with the file what `access` (R_OK, X_OK) says, its directories included. */
export async function canUse(file: string, identity: Identity, access: number): Promise<boolean> {
  return (await permits(file, identity, access)) && (await canEnter(dirname(file), identity));
}

async function permits(path: string, identity: Identity, access: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === identity.uid ? 6 : gid === identity.gid ? 3 : 0; // the bits of owner, group or others
  return ((mode >> shift) & access) === access;
}
