// Decides random cases twice, here and by the peer, and explains every disagreement or fails.
// Usage: node compare.mjs [COUNT] [SEED]. SEKISHO names the binary.

import { spawn } from "node:child_process"
import { once } from "node:events"
import readline from "node:readline"
import { explanations } from "./explanations.mjs"
import { generate, random } from "./generate.mjs"

const count = Number(process.argv[2] ?? 2000)
const seed = Number(process.argv[3] ?? 1)
const binary = process.env.SEKISHO ?? new URL("../../target/debug/sekisho", import.meta.url).pathname
const peer = new URL("./peer.mjs", import.meta.url).pathname

async function ask(command, args, cases) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] })
  const answers = []
  const reading = (async () => {
    for await (const line of readline.createInterface({ input: child.stdout })) answers.push(JSON.parse(line))
  })()
  for (const c of cases) if (!child.stdin.write(JSON.stringify(c) + "\n")) await once(child.stdin, "drain")
  child.stdin.end()
  await reading
  return answers
}

const r = random(seed)
const totals = new Map()
let unexplained = 0
let agreed = 0
const verdicts = {}
const BATCH = 5000
for (let done = 0; done < count; done += BATCH) {
  const cases = Array.from({ length: Math.min(BATCH, count - done) }, () => generate(r))
  const [ours, theirs] = await Promise.all([ask(binary, ["evaluate", "-"], cases), ask(process.execPath, [peer], cases)])
  if (ours.length !== cases.length || theirs.length !== cases.length) throw new Error(`answers are missing: ${ours.length} and ${theirs.length} of ${cases.length}`)
  cases.forEach((c, i) => {
    const [mine, other] = [ours[i].decision ?? `error: ${ours[i].error}`, theirs[i]]
    verdicts[mine] = (verdicts[mine] ?? 0) + 1
    if (mine === other) {
      agreed += 1
      return
    }
    const why = explanations.find((e) => e.applies(c, mine, other))
    if (why) {
      totals.set(why.id, (totals.get(why.id) ?? 0) + 1)
      return
    }
    unexplained += 1
    if (unexplained <= 5) console.error(`unexplained: here ${mine}, there ${other}\n${JSON.stringify(c)}`)
  })
}
console.log(`${count} cases (${JSON.stringify(verdicts)}): ${agreed} agree, ${[...totals.values()].reduce((a, b) => a + b, 0)} differ and are explained, ${unexplained} differ without explanation`)
for (const [id, n] of totals) console.log(`  ${n} ${id}`)
process.exit(unexplained > 0 ? 1 : 0)
