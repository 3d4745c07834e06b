/** A command, or a start, cannot be done as asked. One line for whoever typed it. */
export class CommandFault extends Error {
  override readonly name = 'CommandFault';
}
