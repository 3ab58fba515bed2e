// Random cases out of few parts, so that near misses are common. The same seed gives the same cases.

const A = "111111111111"
const B = "222222222222"

export function random(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const pick = (list) => list[Math.floor(next() * list.length)]
  const chance = (p) => next() < p
  const several = (least, most, make) => Array.from({ length: least + Math.floor(next() * (most - least + 1)) }, make)
  return { next, pick, chance, several }
}

const TARGETS = [
  ["s3:GetObject", "arn:aws:s3:::bucket/folder/key"],
  ["s3:PutObject", "arn:aws:s3:::bucket/folder/key"],
  ["s3:ListBucket", "arn:aws:s3:::bucket"],
  ["kms:Decrypt", `arn:aws:kms:us-east-1:OWNER:key/1234`],
  ["sqs:SendMessage", `arn:aws:sqs:us-east-1:OWNER:queue`],
  ["sqs:TagQueue", `arn:aws:sqs:us-east-1:OWNER:queue`],
  ["secretsmanager:GetSecretValue", `arn:aws:secretsmanager:us-east-1:OWNER:secret:name-abcdef`],
]

const CONDITIONS = [
  ["StringEquals", "aws:PrincipalTag/team", ["red", ["red", "blue"], "Red"]],
  ["StringNotEquals", "aws:PrincipalTag/team", ["red", ["red", "blue"]]],
  ["StringEqualsIgnoreCase", "aws:PrincipalTag/team", ["RED", "bLUE"]],
  ["StringNotEqualsIgnoreCase", "aws:PrincipalTag/team", ["RED"]],
  ["StringLike", "aws:PrincipalTag/team", ["r*", "?ed", "*", "b*e", "R*"]],
  ["StringNotLike", "aws:PrincipalTag/team", ["r*", "*e*"]],
  ["StringEquals", "aws:PrincipalAccount", [A, [A, B]]],
  ["StringNotEquals", "aws:PrincipalAccount", [A]],
  ["StringEquals", "aws:PrincipalOrgID", ["o-1", ["o-1", "o-2"]]],
  ["StringNotEquals", "aws:PrincipalOrgID", ["o-1"]],
  ["Bool", "aws:SecureTransport", ["true", "false"]],
  ["IpAddress", "aws:SourceIp", ["192.0.2.0/24", ["10.0.0.0/8", "192.0.2.1/32"], "2001:db8::/32"]],
  ["NotIpAddress", "aws:SourceIp", ["192.0.2.0/24", "10.0.0.0/8"]],
  ["DateLessThan", "aws:CurrentTime", ["2026-06-01T00:00:00Z", "2030-01-01T00:00:00Z"]],
  ["DateGreaterThanEquals", "aws:CurrentTime", ["2026-06-01T00:00:00Z"]],
  ["DateEquals", "aws:CurrentTime", ["2026-06-01T00:00:00Z"]],
  ["NumericLessThan", "aws:MultiFactorAuthAge", ["100", "1000"]],
  ["NumericGreaterThanEquals", "aws:MultiFactorAuthAge", ["100"]],
  ["NumericEquals", "aws:MultiFactorAuthAge", ["100", ["5", "100"]]],
  ["NumericNotEquals", "aws:MultiFactorAuthAge", ["100"]],
  ["ArnLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/*", `arn:aws:iam::${A}:*`, "arn:aws:iam::*:user/a?ice"]],
  ["ArnEquals", "aws:PrincipalArn", [`arn:aws:iam::${A}:role/reader`, "arn:aws:iam::*:role/*"]],
  ["ArnNotLike", "aws:PrincipalArn", ["arn:aws:iam::*:role/*"]],
  ["Null", "aws:PrincipalTag/team", ["true", "false"]],
  ["Null", "aws:SourceIp", ["true", "false"]],
]

// For the one action of the list that has a multivalued key.
const TAG_CONDITIONS = [
  ["StringEquals", "aws:TagKeys", ["team", ["team", "cost"]]],
  ["StringNotEquals", "aws:TagKeys", ["team"]],
  ["StringLike", "aws:TagKeys", ["te*"]],
  ["Null", "aws:TagKeys", ["true", "false"]],
]

export function generate(r) {
  const account = r.pick([A, A, B])
  const principal = r.pick([`arn:aws:iam::${account}:user/alice`, `arn:aws:sts::${account}:assumed-role/reader/session`, `arn:aws:sts::${account}:assumed-role/reader/session`])
  const owner = r.pick([A, A, B])
  const [action, pattern] = r.pick(TARGETS)
  const resource = pattern.replace("OWNER", owner)
  const service = action.split(":")[0]
  const name = action.split(":")[1]

  const actions = () => r.pick([action, action, `${service}:*`, "*", `${service}:${name.slice(0, 3)}*`, action.toUpperCase().replace(service.toUpperCase(), service), `${service}:?${name.slice(1)}`, "ec2:RunInstances", [`${service}:Other`, action], `${service}:Other`])
  const resources = () => r.pick([resource, resource, "*", resource.slice(0, -2) + "*", resource.replace(/.$/, "?"), resource + "/deeper", [resource + "x", resource], resource.toUpperCase().replace("ARN:AWS", "arn:aws"), resource.replace("folder/key", "${aws:PrincipalTag/team}/key"), resource.replace("folder", "*")])
  const condition = () => {
    const out = {}
    for (const [operator, key, values] of r.several(1, 2, () => (name === "TagQueue" && r.chance(0.4) ? r.pick(TAG_CONDITIONS) : r.pick(CONDITIONS)))) {
      const exists = operator !== "Null" && r.chance(0.25) ? "IfExists" : ""
      const set = operator !== "Null" && r.chance(key === "aws:TagKeys" ? 0.7 : 0.15) ? r.pick(["ForAllValues:", "ForAnyValue:"]) : ""
      out[set + operator + exists] = { [key]: r.pick(values) }
    }
    return out
  }
  const principals = () =>
    r.pick(["*", { AWS: "*" }, { AWS: account }, { AWS: `arn:aws:iam::${account}:root` }, { AWS: `arn:aws:iam::${account}:user/alice` }, { AWS: `arn:aws:iam::${account}:role/reader` }, { AWS: `arn:aws:sts::${account}:assumed-role/reader/session` }, { AWS: [`arn:aws:iam::${B}:role/other`, `arn:aws:iam::${account}:role/reader`] }, { AWS: `arn:aws:iam::${A}:user/bob` }, { Service: "sns.amazonaws.com" }])
  const statement = (named, deny) => {
    const s = { Effect: r.chance(deny) ? "Deny" : "Allow" }
    if (named) s.Principal = principals()
    s[r.chance(0.08) ? "NotAction" : "Action"] = actions()
    s[r.chance(0.08) ? "NotResource" : "Resource"] = resources()
    if (r.chance(0.4)) s.Condition = condition()
    return s
  }
  const document = (named, deny = 0.12, most = 3) => ({ Version: "2012-10-17", Statement: r.several(1, most, () => statement(named, deny)) })
  const full = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] }

  const policies = { identity: r.several(0, 2, () => document(false)) }
  if (service === "kms" || r.chance(0.6)) policies.resource = document(true)
  if (r.chance(0.2)) policies.boundary = document(false, 0.05)
  if (principal.includes(":assumed-role/") && r.chance(0.2)) policies.session = [document(false, 0.05)]
  if (r.chance(0.3)) policies.scp = r.several(1, 2, () => (r.chance(0.6) ? [full] : [document(false, 0.2)]))
  if (r.chance(0.2)) {
    const deny = () => ({ Effect: "Deny", Principal: "*", Action: r.pick([`${service}:*`, action]), Resource: resources(), Condition: condition() })
    policies.rcp = [[{ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }] }, { Version: "2012-10-17", Statement: [deny()] }]]
  }

  const role = principal.includes(":assumed-role/")
  const context = {
    "aws:PrincipalArn": role ? `arn:aws:iam::${account}:role/reader` : principal,
    "aws:PrincipalAccount": account,
    "aws:SecureTransport": r.pick(["true", "true", "false"]),
    "aws:CurrentTime": r.pick(["2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-12-31T00:00:00Z"]),
  }
  if (r.chance(0.6)) context["aws:PrincipalTag/team"] = r.pick(["red", "blue", "Red", "folder"])
  if (r.chance(0.7)) context["aws:PrincipalOrgID"] = r.pick(["o-1", "o-3"])
  if (r.chance(0.7)) context["aws:SourceIp"] = r.pick(["192.0.2.1", "10.1.2.3", "2001:db8::1"])
  if (r.chance(0.4)) context["aws:MultiFactorAuthAge"] = r.pick(["5", "100", "5000"])
  if (name === "TagQueue" && r.chance(0.8)) context["aws:TagKeys"] = r.pick([["team"], ["team", "env"], ["env"], ["Team"]])
  return { request: { principal, action, resource, resource_account: owner, context }, policies }
}
