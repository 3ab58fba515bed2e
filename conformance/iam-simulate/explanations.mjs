// Why the two evaluators differ: each entry says which rule of AWS decides, and recognises the cases that it covers.
// DISAGREEMENTS.md says the same for people.

const statements = (document) => [document?.Statement ?? []].flat()
const list = (value) => [value ?? []].flat()
const all = (policies) => [...(policies.identity ?? []), policies.resource, policies.boundary, ...(policies.session ?? []), ...(policies.scp ?? []).flat(), ...(policies.rcp ?? []).flat()].filter(Boolean).flatMap(statements)
const principals = (s) => (s.Principal === "*" ? ["*"] : list(s.Principal?.AWS))

export const explanations = [
  {
    id: "direct-naming: a session, a user or everyone that a resource policy names is not limited by silent session policies and boundaries",
    applies: ({ request, policies }, mine, other) => {
      const sameAccount = request.principal.includes(`::${request.resource_account}:`)
      const named = statements(policies.resource).some((s) => s.Effect === "Allow" && principals(s).some((p) => p === "*" || p === request.principal))
      return mine === "allow" && other === "implicit_deny" && sameAccount && named && Boolean(policies.session || policies.boundary)
    },
  },
  {
    id: "unresolved-variable: a pattern whose variable has no value equals nothing, so NotResource of a Deny covers everything",
    applies: ({ request, policies }, mine) => mine === "explicit_deny" && !("aws:PrincipalTag/team" in request.context) && all(policies).some((s) => s.Effect === "Deny" && list(s.NotResource).some((r) => r.includes("${"))),
  },
  {
    id: "of-one-account: what SQS lets only the account of a queue do, no queue policy gives to another account",
    applies: ({ request }, mine, other) => mine === "implicit_deny" && other === "allow" && request.action === "sqs:TagQueue" && !request.principal.includes(`::${request.resource_account}:`),
  },
]
