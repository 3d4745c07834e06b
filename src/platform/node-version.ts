/** Toprail is TypeScript that Node runs as it is; older ones cannot. One clear line instead of a syntax error. */
const NEEDED = [22, 18] as const;

export function requireNode(version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  process.stderr.write(`toprail  needs Node ${NEEDED.join('.')} or newer, and this is ${version}\n`);
  process.exit(1);
}
