import { describe, expect, it } from 'vitest';
import { PacketReader, PacketWriter } from './packet.ts';

describe('packet', () => {
  it('is read in the order in which it was written, also beyond the size it starts with', () => {
    const packet = new PacketWriter({
      numbers: new ArrayBuffer(8),
      terms: new ArrayBuffer(16),
      bodies: new ArrayBuffer(8),
    });
    const texts = ['', 'kurz', 'é🏥'.repeat(1000), 'x'.repeat(100_000)];
    const lengths = texts.map(text => packet.body(text));
    for (let i = -500; i < 500; i++) packet.term(i, -i, 2 * i);
    packet.number(0.5);
    packet.text('mwisho');
    packet.text('');
    packet.text('🏥');
    const reader = new PacketReader(packet.take());
    expect(lengths).toEqual(texts.map(text => Buffer.byteLength(text)));
    expect(lengths.map(length => Buffer.from(reader.body(length)).toString())).toEqual(texts);
    const terms = [...reader.terms(400), ...reader.terms(600)];
    expect(terms).toEqual(Array.from({ length: 1000 }, (_, i) => [500 - i, i - 500, 2 * (i - 500)]).flat());
    expect(reader.atEnd).toBe(false);
    expect(reader.number()).toBe(0.5);
    expect([reader.text(), reader.text(), reader.text()]).toEqual(['mwisho', '', '🏥']);
    expect(reader.atEnd).toBe(true);
  });

  it('forgets what is taken back', () => {
    const packet = new PacketWriter();
    packet.text('kept');
    packet.body('kept');
    const mark = packet.mark();
    packet.text('gone');
    packet.query({ resourceType: 'Basic', where: [], sort: [], count: 1, total: 'none' });
    packet.term(1, 1, 1);
    packet.body('gone');
    packet.rewind(mark);
    packet.term(2, 2, 3);
    packet.body('too');
    const query = { resourceType: 'Claim', where: [], sort: [], count: 2, total: 'none' as const };
    packet.query(query);
    const reader = new PacketReader(packet.take());
    expect(reader.text()).toBe('kept');
    expect(reader.atEnd).toBe(true);
    expect(reader.query()).toEqual(query);
    expect(Buffer.from(reader.body(7)).toString()).toBe('kepttoo');
    expect([...reader.terms(1)]).toEqual([2, 2, 3]);
  });
});
