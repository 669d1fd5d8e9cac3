// Section 22: who is in a closed group, by the set of its operations.

import { equal, toHex } from "./bytes.mjs";
import { MAX_OPERATIONS } from "./limits.mjs";
import { refuseIf } from "./refused.mjs";

export class Members {
  #create;
  #operations = new Map(); // by id, parents before what names them
  #above = new Map(); // the ids of all ancestors of each

  constructor(create) {
    refuseIf(create.kind !== "create", "bad-shape", "no create");
    this.#create = create;
    this.#put(create, new Set());
  }

  /** Take an operation; refuses one that may not be, and one with a parent that is not here. */
  take(operation) {
    const { id, group, author, kind, target, parents } = operation;
    if (this.#operations.has(toHex(id))) return;
    refuseIf(!equal(group, this.#create.id), "bad-shape", "another group");
    refuseIf(this.#operations.size >= MAX_OPERATIONS, "too-large", "operations");
    const above = new Set();
    for (const parent of parents.map(toHex)) {
      refuseIf(!this.#operations.has(parent), "bad-shape", "unknown parent");
      for (const one of [parent, ...this.#above.get(parent)]) above.add(one);
    }
    const isAdmin = this.#after(above).get(toHex(author));
    refuseIf(kind === "leave" ? isAdmin === undefined : !isAdmin, "bad-shape", "no right to it");
    const ofOwner = kind === "remove" && equal(target, this.#create.author);
    refuseIf(ofOwner, "bad-shape", "a removal of the owner");
    this.#put(operation, above);
  }

  /** Who is in, as pairs of an account in hexadecimal digits and whether it is an admin. */
  list() {
    return [...this.#after(new Set(this.#operations.keys()))].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #put(operation, above) {
    const [name, author, target] = [operation.id, operation.author, operation.target].map(toHex);
    const { kind, admin } = operation;
    this.#operations.set(name, { name, author, target, kind, admin });
    this.#above.set(name, above);
  }

  /** The first knows the second: has it as an ancestor. */
  #knows(one, other) {
    return this.#above.get(one.name).has(other.name);
  }

  /** Who is in by these operations alone. */
  #after(names) {
    const operations = [...this.#operations.values()].filter(({ name }) => names.has(name));
    const ends = operations.filter(({ kind }) => kind === "remove" || kind === "leave");
    const members = new Map();
    for (const add of this.#counting(operations)) {
      const endings = ends.filter(({ target }) => target === add.target);
      if (!endings.every((end) => this.#knows(add, end))) continue;
      members.set(add.target, add.admin || members.get(add.target) === true);
    }
    return members;
  }

  /** The adds that count, and the create. */
  #counting(operations) {
    const counting = [];
    for (const one of operations) {
      if (one.kind === "create") counting.push(one);
      if (one.kind !== "add") continue;
      const removals = operations.filter(
        ({ kind, target }) => kind === "remove" && target === one.author,
      );
      const beside = removals.some((gone) => !this.#knows(one, gone) && !this.#knows(gone, one));
      if (!beside && counting.some((add) => this.#entitles(add, one, removals))) counting.push(one);
    }
    return counting;
  }

  /** Whether by this add the author of the other is an admin there. */
  #entitles(add, one, removals) {
    if (!add.admin || add.target !== one.author || !this.#knows(one, add)) return false;
    return !removals.some((gone) => this.#knows(one, gone) && !this.#knows(add, gone));
  }
}
