// Asks @cloud-copilot/iam-simulate (AGPL-3.0, a process of its own): cases on standard input, decisions out.

import readline from "node:readline"
import { runSimulation } from "@cloud-copilot/iam-simulate"

const DECISIONS = { Allowed: "allow", ImplicitlyDenied: "implicit_deny", ExplicitlyDenied: "explicit_deny" }

const named = (list, name) => (list ?? []).map((policy, i) => ({ name: `${name}${i}`, policy }))
const levels = (list, name) => (list ?? []).map((level, i) => ({ orgIdentifier: `${name}${i}`, policies: named(level, `${name}${i}-`) }))

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { request, policies } = JSON.parse(line)
  const simulation = {
    request: { principal: request.principal, action: request.action, resource: { resource: request.resource, accountId: request.resource_account }, contextVariables: request.context },
    identityPolicies: named(policies.identity, "identity"),
    serviceControlPolicies: levels(policies.scp, "scp"),
    resourceControlPolicies: levels(policies.rcp?.map((level) => level.slice(1)), "rcp"),
    resourcePolicy: policies.resource,
    permissionBoundaryPolicies: policies.boundary ? named([policies.boundary], "boundary") : undefined,
    sessionPolicy: policies.session?.[0],
  }
  let answer
  try {
    const result = await runSimulation(simulation, {})
    answer = result.resultType === "single" ? DECISIONS[result.overallResult] : `error: ${JSON.stringify(result.errors ?? result)}`
  } catch (e) {
    answer = `error: ${e.message}`
  }
  process.stdout.write(JSON.stringify(answer) + "\n")
}
