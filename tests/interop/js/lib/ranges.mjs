// Sets of sequence numbers, as ascending ranges [first, last] of BigInt.

export class Ranges {
  constructor(ranges = []) {
    this.ranges = ranges.map(([first, last]) => [first, last]);
  }

  list() {
    return this.ranges;
  }

  get empty() {
    return this.ranges.length === 0;
  }

  /** The highest number in the set, 0 for none. */
  get height() {
    return this.empty ? 0n : this.ranges.at(-1)[1];
  }

  add(first, last) {
    const apart = ([a, b]) => b + 1n < first || a > last + 1n;
    const joined = this.ranges.filter((range) => !apart(range));
    const low = joined.reduce((least, [a]) => (a < least ? a : least), first);
    const high = joined.reduce((most, [, b]) => (b > most ? b : most), last);
    this.ranges = [...this.ranges.filter(apart), [low, high]].sort((x, y) =>
      x[0] < y[0] ? -1 : 1,
    );
  }

  remove(first, last) {
    this.ranges = this.ranges.flatMap(([a, b]) => {
      const parts = [
        [a, b < first ? b : first - 1n],
        [a > last ? a : last + 1n, b],
      ];
      return b < first || a > last ? [[a, b]] : parts.filter(([low, high]) => low <= high);
    });
  }

  /** What is in this set and not in the other. */
  without(other) {
    const rest = new Ranges(this.ranges);
    for (const [first, last] of other.ranges) rest.remove(first, last);
    return rest;
  }

  /** The newest stretch of the set inside [first, last], at most `most` long, or null. */
  newest(first, last, most) {
    for (const [a, b] of this.ranges.toReversed()) {
      const high = b < last ? b : last;
      const low = a > first ? a : first;
      if (low <= high) return [high - low + 1n > most ? high - most + 1n : low, high];
    }
    return null;
  }
}
