// Reads the vectors of the protocol and says where this implementation differs.
// Usage: node vectors.mjs DIR

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { Refused } from "./lib/refused.mjs";
import { READERS } from "./vectors/readers.mjs";
import { plain, variants } from "./vectors/values.mjs";

/** What this implementation says of a case: the content that it read, or the rule. */
function verdict(read, subject) {
  try {
    return { content: plain(read(subject)) };
  } catch (error) {
    if (!(error instanceof Refused)) return { crash: String(error.stack) };
    return { rule: error.code };
  }
}

/** Whether what was read is what is expected; what a vector leaves out is not compared. */
function agrees(found, expected) {
  if (expected === undefined) return true;
  if (expected === null || expected.constructor !== Object)
    return isDeepStrictEqual(found, expected);
  return Object.entries(expected).every(
    ([name, value]) => value === undefined || isDeepStrictEqual(found[name], value),
  );
}

/** One line for each difference; `others` collects refusals for another rule than named. */
function judge(reader, test, others) {
  const differences = [];
  for (const subject of variants(test)) {
    const found = verdict(reader.read, subject);
    if (found.crash) differences.push({ ...found });
    else if ((test.rule === undefined) !== (found.rule === undefined)) differences.push(found);
    else if (test.rule === undefined) {
      const expected = reader.expect(test);
      if (!agrees(found.content, expected)) differences.push({ found: found.content, expected });
    } else if (test.rule !== "any" && test.rule !== found.rule) others.push([test, found.rule]);
  }
  return differences.slice(0, 3).map((found) => ({ name: test.name, rule: test.rule, ...found }));
}

function readFile(path) {
  const { subject, cases } = JSON.parse(readFileSync(path, "utf8"));
  const reader = READERS[subject];
  if (!reader) return { subject, cases: cases.length, differences: [{ unread: subject }] };
  const others = [];
  const differences = cases.flatMap((test) => judge(reader, test, others));
  const rules = others.map(([test, found]) => ({ name: test.name, rule: test.rule, found }));
  return { subject, cases: cases.length, differences, other_rule: rules };
}

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node vectors.mjs DIR");
  process.exit(2);
}
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .sort();
const files = names.map((name) => readFile(join(folder, name)));
const sum = (count) => files.reduce((total, file) => total + count(file), 0);
const summary = {
  files: files.length,
  cases: sum((file) => file.cases),
  differences: sum((file) => file.differences.length),
  other_rules: sum((file) => file.other_rule?.length ?? 0),
  subjects: files,
};
console.log(JSON.stringify(summary, null, 1));
process.exit(summary.differences || !files.length ? 1 : 0);
