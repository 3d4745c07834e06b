import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectGarbage } from '../../test/harness/collect-garbage.ts';
import { randomKey, Vault } from '../platform/crypto.ts';
import { hashRecipient, recipientSealer } from './codec.ts';

describe('the sealer of recipients', () => {
  const vault = new Vault(randomKey());
  const seal = recipientSealer(vault);

  it('seals each once, under the hash by which it is found', () => {
    const recipient = { kind: 'phone', value: '+50936377111' } as const;
    const first = seal(recipient);
    assert.deepEqual(seal(recipient), first);
    assert.equal(first.hash, hashRecipient(vault, recipient));
    assert.equal(vault.open(first.sealed, 'recipient'), recipient.value);
  });

  it('keeps kinds apart', () => {
    const player = seal({ kind: 'player', value: '12345678' });
    const account = seal({ kind: 'account', value: '12345678' });
    assert.notEqual(player.hash, account.hash);
    assert.notDeepEqual(player.sealed, account.sealed);
  });

  it('holds on to no memory but its own', () => {
    collectGarbage();
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 500; index++) {
      seal({ kind: 'phone', value: `+509363${index}` });
      for (let other = 0; other < 32; other++) Buffer.allocUnsafe(2_000); // what else is made in the meantime
    }
    collectGarbage();
    const more = process.memoryUsage().arrayBuffers - before;
    assert.ok(more < 2_000_000, `${more} bytes more for 500 recipients`);
  });
});
