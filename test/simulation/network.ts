/** The wire between a process and a provider: what is sent is seen by the auditor, and either way may be lost. */
import { msUntil } from '../../src/core/time.ts';
import type { Capability, Connector, Evidence } from '../../src/routing/connector.ts';
import type { Node } from './node.ts';
import { orderOf, type World } from './world.ts';

/** An answer that has not come by then is unknown. */
const ANSWER_MS_MAX = 15_000;

export function createSimulatedConnector(
  world: World,
  node: Node,
  { id, capability }: { readonly id: string; readonly capability: Capability },
): Connector {
  const { kernel, random } = world;
  const provider = world.provider(id);

  /** Bytes travel as long as the record allows at most, and mostly much less. */
  const transitMs = () =>
    random.chance(0.05)
      ? random.between(0, capability.longestPauseSeconds * 1000 - 1)
      : random.between(1, 30);

  /** Sends, and resolves with what comes back, or with what a silent wire means. */
  const exchange = (
    reference: string,
    ask: () => { readonly evidence: Evidence | undefined; readonly afterMs: number },
    timedOut: Evidence,
  ): Promise<Evidence> =>
    new Promise((resolve) => {
      kernel.after(ANSWER_MS_MAX, 'answer awaited', () => resolve(timedOut), node.host);
      if (random.chance(world.faults().requestLost)) return world.note('request_lost', orderOf(reference));
      kernel.after(transitMs(), `to ${id}`, () => {
        if (provider.isDown) return world.note('provider_down', orderOf(reference));
        const { evidence, afterMs } = ask();
        if (!evidence) return undefined;
        if (random.chance(world.faults().answerUnheard))
          return world.note('provider_unheard', orderOf(reference));
        kernel.after(afterMs + transitMs(), `from ${id}`, () => resolve(evidence), node.host);
      });
    });

  return {
    provider: id,
    capability,
    submit: (instruction, deadline) => {
      const { reference } = instruction;
      return node.during([orderOf(reference)], async () => {
        if (msUntil(deadline, node.host.clock) <= 0)
          return { source: 'submit', verdict: 'unsent', code: 'DEADLINE_PASSED' };
        if (random.chance(world.faults().refusedConnection))
          return { source: 'submit', verdict: 'unsent', code: 'CONNECTION_REFUSED' };
        world.auditor.sent(instruction, id);
        return exchange(reference, () => provider.submit(instruction), {
          source: 'submit',
          verdict: 'unknown',
          code: 'TIMEOUT',
        });
      });
    },
    query: (reference) =>
      node.during([orderOf(reference)], () =>
        exchange(
          reference,
          () => {
            const said = provider.query(reference);
            return { evidence: said && { source: 'query', ...said }, afterMs: random.between(1, 200) };
          },
          { source: 'query', verdict: 'unknown', code: 'TIMEOUT' },
        ),
      ),
    readNotice: () => undefined,
    close: async () => undefined,
  };
}
