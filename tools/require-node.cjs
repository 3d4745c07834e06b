// Loaded before everything else: an older Node cannot even read our files, and would say so in its own words.
const NEEDED = [22, 18];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `toprail  needs Node ${NEEDED.join('.')} or newer, and this is ${process.versions.node}\n`,
  );
  process.exit(1);
}
