/** When nothing happens by itself any more, so that the clock may move. */
import assert from 'node:assert/strict';
import { eventually, type TestApp } from './app.ts';

const DUE = `select 1 from order_progress where next_wakeup <= toprail.now()
  union all select 1 from callback_inbox where next_wakeup <= toprail.now()`;

/** All that can happen now has happened: answers are in but for those held back, and no row is due. */
export async function quiet(app: TestApp, heldBack = 0): Promise<void> {
  const { engine } = app.app.services;
  await eventually(async () => {
    const due = await app.rows(DUE);
    assert.equal(due.length, 0);
    // A status query in flight would be answered in another time than it was asked in.
    await engine.wakeups.idle();
    assert.equal(engine.dispatcher.inflight, heldBack);
    assert.equal(engine.settlement.depth, 0);
  });
}
