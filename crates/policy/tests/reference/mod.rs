//! A second evaluator: slow, written from AWS's prose and the recordings, on raw JSON. It shares no code with the
//! library, so that the two can only agree by both being right.

pub(crate) mod agree;
pub(crate) mod generate;

use std::collections::BTreeSet;

use serde_json::Value;

/// Who asks, as the prose speaks of it.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    User {
        account: String,
        arn: String,
    },
    Session {
        account: String,
        role: String,
        name: String,
    },
    Root {
        account: String,
    },
    /// A user who was federated (`sts:GetFederationToken`).
    Federated {
        account: String,
        arn: String,
    },
    Service(String),
    /// Somebody for whom an identity provider vouches.
    Provider(String),
    Anonymous,
}

#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) who: Who,
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) owner: String,
    /// Lower-case keys; a string is single-valued, a list multivalued.
    pub(crate) context: Vec<(String, Value)>,
    /// The grant tokens that are passed.
    pub(crate) tokens: Vec<String>,
}

/// Grantee, operations, constraint, issuing account.
pub(crate) type GrantParts = (String, Vec<String>, Required, Option<String>);

/// What a grant requires of a request.
#[derive(Debug, Clone)]
pub(crate) enum Required {
    Nothing,
    /// This encryption context, and no more.
    Equal(Vec<(String, String)>),
    /// At least this encryption context.
    Subset(Vec<(String, String)>),
    /// That it is made on behalf of this.
    OnBehalf(String),
    /// That it passes this token, for the grant is new.
    Token(String),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    pub(crate) identity: Vec<Value>,
    pub(crate) boundary: Option<Value>,
    pub(crate) session: Option<Vec<Value>>,
    pub(crate) resource: Option<Value>,
    pub(crate) scp: Vec<Vec<Value>>,
    pub(crate) rcp: Vec<Vec<Value>>,
    pub(crate) endpoint: Option<Value>,
    pub(crate) grants: Vec<GrantParts>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allow,
    /// The gates that hold a matching Deny.
    Explicit(BTreeSet<&'static str>),
    /// The gates that would have to allow.
    Implicit(BTreeSet<&'static str>),
}

/// How a statement names the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Account,
    Role,
    Itself,
}

fn list(v: &Value) -> Vec<&Value> {
    match v {
        Value::Array(l) => l.iter().collect(),
        other => vec![other],
    }
}

fn word(v: &Value) -> String {
    match v {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

/// `*` is any run, `?` any one character: by recursion, as one would say it.
fn wild(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|n| wild(rest, &text[n..])),
        Some(('?', rest)) => !text.is_empty() && wild(rest, &text[1..]),
        Some((c, rest)) => text.first() == Some(c) && wild(rest, &text[1..]),
    }
}

fn like(pattern: &str, text: &str) -> bool {
    let chars = |t: &str| t.chars().collect::<Vec<_>>();
    wild(&chars(pattern), &chars(text))
}

impl Question {
    fn key(&self, name: &str) -> Option<&Value> {
        let name = name.to_lowercase();
        self.context
            .iter()
            .find(|(k, _)| *k == name)
            .map(|(_, v)| v)
    }

    fn account(&self) -> Option<&str> {
        match &self.who {
            Who::User { account, .. }
            | Who::Session { account, .. }
            | Who::Federated { account, .. }
            | Who::Root { account } => Some(account),
            _ => None,
        }
    }

    fn named(&self, kind: &str, text: &str) -> Option<Named> {
        if let Who::Provider(name) = &self.who {
            return (kind == "Federated" && name == text).then_some(Named::Itself);
        }
        if kind == "Federated" {
            return None;
        }
        if text == "*" && kind == "AWS" {
            return Some(Named::Itself);
        }
        if kind == "Service" {
            return match &self.who {
                Who::Service(name) if name == text => Some(Named::Itself),
                _ => None,
            };
        }
        let account = self.account()?;
        if text == account || text == format!("arn:aws:iam::{account}:root") {
            return Some(match self.who {
                Who::Root { .. } => Named::Itself,
                _ => Named::Account,
            });
        }
        match &self.who {
            Who::User { arn, .. } | Who::Federated { arn, .. } if arn == text => {
                Some(Named::Itself)
            }
            // The user who federated it.
            Who::Federated { account, .. } => {
                (text == format!("arn:aws:iam::{account}:user/u")).then_some(Named::Role)
            }
            Who::Session {
                account,
                role,
                name,
            } => {
                let id = generate::ROLE_ID;
                if text == id || text == format!("arn:aws:iam::{account}:role/{role}") {
                    Some(Named::Role)
                } else if text == format!("{id}:{name}")
                    || text
                        == format!(
                            "arn:aws:sts::{account}:assumed-role/{}/{name}",
                            pathless(role)
                        )
                {
                    Some(Named::Itself)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    fn principals(&self, element: &Value) -> Vec<Named> {
        match element {
            Value::String(_) => match self.who {
                // Recorded: everyone with an AWS identity is not who comes by a provider.
                Who::Provider(_) => Vec::new(),
                _ => vec![Named::Itself],
            },
            Value::Object(map) => map
                .iter()
                .flat_map(|(kind, texts)| list(texts).into_iter().map(move |t| (kind, t)))
                .filter_map(|(kind, t)| self.named(kind, &word(t)))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// Fills `${key}` in; `None` when a variable has no value. Wildcards in values are literal, which is
    /// kept by a private stand-in.
    fn fill(&self, text: &str, variables: bool) -> Option<String> {
        if !variables || !text.contains("${") {
            return Some(text.to_owned());
        }
        let (before, rest) = text.split_once("${")?;
        let (inside, after) = rest.split_once('}')?;
        let (key, default) = match inside.split_once(',') {
            Some((k, d)) => (k.trim(), Some(d.trim().trim_matches('\''))),
            None => (inside, None),
        };
        let value = match self.key(key) {
            Some(Value::String(s)) => s.clone(),
            Some(_) => return None,
            None => default?.to_owned(),
        };
        let value = value.replace('*', "\u{1}").replace('?', "\u{2}");
        Some(format!("{before}{value}{}", self.fill(after, variables)?))
    }

    fn like_filled(&self, pattern: &str, text: &str, variables: bool) -> bool {
        let text = text.replace('*', "\u{1}").replace('?', "\u{2}");
        // Outside of variables a wildcard matches those as well.
        self.fill(pattern, variables)
            .is_some_and(|p| like(&p, &text))
    }

    fn actions(&self, s: &Value) -> bool {
        let hit = |v: &Value| {
            list(v)
                .iter()
                .any(|p| like(&word(p).to_lowercase(), &self.action.to_lowercase()))
        };
        match (s.get("Action"), s.get("NotAction")) {
            (Some(v), _) => hit(v),
            (None, Some(v)) => !hit(v),
            (None, None) => false,
        }
    }

    fn resources(&self, s: &Value, variables: bool) -> bool {
        // "Resource": "arn:aws:s3:::*" lists the buckets.
        let asked = match (&*self.action, &*self.resource) {
            ("s3:ListAllMyBuckets", "*") => "arn:aws:s3:::*",
            (_, own) => own,
        };
        let hit = |v: &Value| {
            list(v)
                .iter()
                .any(|p| self.like_filled(&word(p), asked, variables))
        };
        // What an Allow leaves out has to have a name.
        let open = |v: &Value| {
            s["Effect"] == "Allow"
                && list(v)
                    .iter()
                    .any(|p| self.fill(&word(p), variables).is_none())
        };
        match (s.get("Resource"), s.get("NotResource")) {
            (Some(v), _) => hit(v),
            (None, Some(v)) => !hit(v) && !open(v),
            (None, None) => !self.action.starts_with("kms:") && !self.action.starts_with("s3:"),
        }
    }

    fn conditions(&self, s: &Value, variables: bool, deny: bool) -> bool {
        let Some(Value::Object(operators)) = s.get("Condition") else {
            return true;
        };
        operators.iter().all(|(operator, keys)| {
            keys.as_object().is_some_and(|keys| {
                keys.iter()
                    .all(|(key, operands)| self.condition(operator, key, operands, variables, deny))
            })
        })
    }

    fn condition(
        &self,
        operator: &str,
        key: &str,
        operands: &Value,
        variables: bool,
        deny: bool,
    ) -> bool {
        let value = self.key(key);
        let operands: Vec<String> = list(operands).iter().map(|v| word(v)).collect();
        let (set, base) = match operator.split_once(':') {
            Some((set, base)) => (set, base),
            None => ("", operator),
        };
        if operands.is_empty() {
            return match (set, base.ends_with("IfExists")) {
                ("ForAnyValue", _) => false,
                ("ForAllValues", _) | (_, true) => value.is_none(),
                _ => deny,
            };
        }
        if base == "Null" && set == "ForAllValues" {
            return true;
        }
        if base == "Null" && set == "ForAnyValue" {
            return false;
        }
        if base == "Null" {
            return operands
                .iter()
                .any(|o| (o.to_lowercase() == "true") == value.is_none());
        }
        let (base, if_exists) = match base.strip_suffix("IfExists") {
            Some(base) => (base, true),
            None => (base, false),
        };
        let negated = base.contains("Not");
        let one = |v: &str| self.one(base, v, &operands, variables, deny);
        match (set, value) {
            ("", None) => if_exists || negated,
            ("", Some(Value::Array(_))) => false,
            ("ForAllValues", None) => true,
            ("ForAnyValue", None) => false,
            ("ForAllValues", Some(Value::Array(vs))) => vs.iter().all(|v| one(&word(v))),
            ("ForAnyValue", Some(Value::Array(vs))) => vs.iter().any(|v| one(&word(v))),
            (_, Some(v)) => one(&word(v)),
            _ => false,
        }
    }

    fn one(
        &self,
        base: &str,
        value: &str,
        operands: &[String],
        variables: bool,
        deny: bool,
    ) -> bool {
        let filled = |o: &String| {
            self.fill(o, variables)
                .map(|t| t.replace('\u{1}', "*").replace('\u{2}', "?"))
        };
        let any = |f: &dyn Fn(&str) -> bool| operands.iter().filter_map(filled).any(|o| f(&o));
        let number = |t: &str| t.parse::<i64>().ok();
        let compare = |f: &dyn Fn(i64, i64) -> bool| {
            operands.iter().any(|o| match (number(value), number(o)) {
                (Some(v), Some(o)) => f(v, o),
                _ => false,
            })
        };
        match base {
            "StringEquals" => any(&|o| o == value),
            "StringNotEquals" => !any(&|o| o == value),
            "StringEqualsIgnoreCase" => any(&|o| o.eq_ignore_ascii_case(value)),
            "StringLike" => operands
                .iter()
                .any(|o| self.like_filled(o, value, variables)),
            "StringNotLike" => !operands
                .iter()
                .any(|o| self.like_filled(o, value, variables)),
            "Bool" => any(&|o| (o.to_lowercase() == "true") == (value.to_lowercase() == "true")),
            "NumericEquals" => compare(&|v, o| v == o),
            "NumericNotEquals" => !compare(&|v, o| v == o),
            "NumericLessThan" => compare(&|v, o| v < o),
            "NumericGreaterThanEquals" => compare(&|v, o| v >= o),
            "ArnLike" | "ArnEquals" | "ArnNotLike" => {
                if value.split(':').count() < 6 || !value.starts_with("arn:") {
                    return false;
                }
                let not = base == "ArnNotLike";
                for operand in operands {
                    // A variable without a value is like nothing.
                    let Some(operand) = self.fill(operand, variables) else {
                        continue;
                    };
                    let parts: Vec<&str> = operand.splitn(6, ':').collect();
                    if parts.len() != 6 || (parts[0] != "arn" && parts[0] != "*") {
                        return deny;
                    }
                    let value = value.replace('*', "\u{1}").replace('?', "\u{2}");
                    if parts
                        .iter()
                        .zip(value.splitn(6, ':'))
                        .all(|(p, v)| like(p, v))
                    {
                        return !not;
                    }
                }
                not
            }
            "BinaryEquals" => any(&|o| o == value),
            "DateEquals" | "DateNotEquals" | "DateLessThan" | "DateGreaterThanEquals" => {
                let compare = |f: &dyn Fn(i64, i64) -> bool| {
                    operands.iter().any(|o| match (instant(value), instant(o)) {
                        (Some(v), Some(o)) => f(v, o),
                        _ => false,
                    })
                };
                match base {
                    "DateEquals" => compare(&|v, o| v == o),
                    "DateNotEquals" => !compare(&|v, o| v == o),
                    "DateLessThan" => compare(&|v, o| v < o),
                    _ => compare(&|v, o| v >= o),
                }
            }
            "IpAddress" | "NotIpAddress" => {
                let address: Option<std::net::IpAddr> = value.parse().ok();
                let Some(address) = address else { return false };
                let bits_of = |a: std::net::IpAddr| match a {
                    std::net::IpAddr::V4(a) => (u128::from(u32::from(a)), 32),
                    std::net::IpAddr::V6(a) => (u128::from(a), 128),
                };
                let inside = |o: &str| {
                    let (net, bits) = o.split_once('/').unwrap_or((o, ""));
                    let Ok(net) = net.parse::<std::net::IpAddr>() else {
                        return false;
                    };
                    let ((net, size), (address, other)) = (bits_of(net), bits_of(address));
                    let shift = size - bits.parse::<u32>().unwrap_or(size);
                    size == other
                        && (0..size - shift).all(|bit| {
                            let at = size - 1 - bit;
                            net >> at & 1 == address >> at & 1
                        })
                };
                operands.iter().any(|o| inside(o)) == (base == "IpAddress")
            }
            other => panic!("the reference does not know {other}"),
        }
    }

    /// Whether a statement applies, whoever it names.
    fn applies(&self, document: &Value, s: &Value) -> bool {
        let variables = document.get("Version").and_then(Value::as_str) == Some("2012-10-17");
        let deny = s["Effect"] == "Deny";
        self.actions(s) && self.resources(s, variables) && self.conditions(s, variables, deny)
    }

    fn says(&self, document: &Value, effect: &str) -> bool {
        list(&document["Statement"])
            .iter()
            .any(|s| s["Effect"] == effect && self.applies(document, s))
    }

    fn any_says<'v>(&self, documents: impl IntoIterator<Item = &'v Value>, effect: &str) -> bool {
        documents.into_iter().any(|d| self.says(d, effect))
    }
}

/// A session is called after the name of its role, whatever that one's path.
fn pathless(role: &str) -> &str {
    role.rsplit('/').next().unwrap_or(role)
}

/// Decides. `strict` is true where the resource's own policy must agree in any case: keys and roles.
pub(crate) fn decide(q: &Question, l: &Layers, strict: bool) -> Verdict {
    let strict = strict && !about_nothing(q);
    let service_linked =
        matches!(&q.who, Who::Session { role, .. } if role.starts_with("aws-service-role/"));
    let aliases = q.key("kms:ResourceAliases").map(list).unwrap_or_default();
    let of_aws = aliases.iter().any(|a| word(a).starts_with("alias/aws/"));
    let free = service_linked
        || of_aws
        || q.action == "kms:RetireGrant"
        || q.resource == "*"
        || !protected(q);
    let rcp: &[Vec<Value>] = if free { &[] } else { &l.rcp };
    let bound =
        !service_linked && !matches!(q.who, Who::Service(_) | Who::Provider(_) | Who::Anonymous);
    let scp: &[Vec<Value>] = if bound { &l.scp } else { &[] };
    let unheard = match q.who {
        Who::Root { .. } => q.action == "sts:AssumeRole",
        Who::Federated { .. } => {
            q.action.starts_with("sts:")
                || (q.action.starts_with("iam:") && q.action != "iam:PassRole")
        }
        Who::Anonymous => signed_only(q),
        _ => false,
    };
    if unheard {
        return Verdict::Implicit(["identity"].into());
    }
    let mut denied = BTreeSet::new();
    let mut check = |gate, deny: bool| {
        if deny {
            denied.insert(gate);
        }
    };
    check("rcp", q.any_says(rcp.iter().flatten(), "Deny"));
    check("scp", q.any_says(scp.iter().flatten(), "Deny"));
    check("identity", q.any_says(&l.identity, "Deny"));
    check("boundary", q.any_says(&l.boundary, "Deny"));
    check("session", q.any_says(l.session.iter().flatten(), "Deny"));
    for (gate, document) in [("resource", &l.resource), ("endpoint", &l.endpoint)] {
        let Some(document) = document else { continue };
        if gate == "resource" && !heard(q) {
            continue;
        }
        for s in list(&document["Statement"]) {
            let about = match (s.get("Principal"), s.get("NotPrincipal")) {
                // A Deny for everyone is for everyone.
                (Some(p), _) => everyone(p) || !q.principals(p).is_empty(),
                (None, Some(p)) => not_principal(q, l, p),
                (None, None) => true,
            };
            if about && s["Effect"] == "Deny" && q.applies(document, s) {
                check(gate, true);
            }
        }
    }
    if !denied.is_empty() {
        return Verdict::Explicit(denied);
    }

    if scp.iter().any(|level| !q.any_says(level, "Allow")) {
        return Verdict::Implicit(["scp"].into());
    }
    if let Some(endpoint) = &l.endpoint {
        let allows = list(&endpoint["Statement"]).into_iter().any(|s| {
            let about = s
                .get("Principal")
                .is_none_or(|p| everyone(p) || !q.principals(p).is_empty());
            about && s["Effect"] == "Allow" && q.applies(endpoint, s)
        });
        if !allows {
            return Verdict::Implicit(["endpoint"].into());
        }
    }

    let mut resource: Option<Named> = None;
    if let Some(document) = &l.resource
        && heard(q)
    {
        for s in list(&document["Statement"]) {
            if s["Effect"] == "Allow" && q.applies(document, s) {
                let best = s
                    .get("Principal")
                    .and_then(|p| q.principals(p).into_iter().max());
                resource = resource.max(best);
            }
        }
    }
    let Some(account) = q.account() else {
        // Services and strangers have nothing but the resource's policy.
        let closed = ["s3:PutBucketPolicy", "sqs:DeleteQueue"].contains(&&*q.action);
        let closed = closed && matches!(q.who, Who::Anonymous);
        return if resource == Some(Named::Itself) && !elsewhere(q) && !closed {
            Verdict::Allow
        } else {
            Verdict::Implicit(["resource"].into())
        };
    };
    // A key policy gives nobody the permission to retire a grant.
    if q.action == "kms:RetireGrant" && !matches!(q.who, Who::Provider(_)) {
        resource = resource.min(Some(Named::Account));
    }
    let mut grant: Option<Named> = None;
    let mut own_grant: Option<Named> = None;
    for (grantee, operations, required, issuer) in &l.grants {
        let operation = q.action.trim_start_matches("kms:");
        let pairs = q.context.iter();
        let pairs = pairs.filter(|(k, _)| k.starts_with("kms:encryptioncontext:"));
        let has = |all: &[(String, String)]| {
            all.iter().all(|(k, v)| {
                q.key(&format!("kms:EncryptionContext:{k}"))
                    .is_some_and(|found| word(found) == *v)
            })
        };
        let holds = match required {
            Required::Nothing => true,
            Required::Equal(all) => pairs.count() == all.len() && has(all),
            Required::Subset(some) => has(some),
            Required::Token(token) => q.tokens.iter().any(|passed| passed == token),
            Required::OnBehalf(arn) => q.key("aws:SourceArn").is_some_and(|v| word(v) == *arn),
        };
        if q.action.starts_with("kms:") && operations.iter().any(|o| o == operation) && holds {
            let named = q.named("AWS", grantee);
            grant = grant.max(named);
            if issuer.as_deref() == Some(account) {
                own_grant = own_grant.max(named);
            }
        }
    }
    let identity = matches!(q.who, Who::Root { .. }) || q.any_says(&l.identity, "Allow");
    let boundary = l.boundary.as_ref().is_none_or(|b| q.says(b, "Allow"));
    let session = match (&q.who, &l.session) {
        (Who::Root { .. }, _) => true,
        (Who::Federated { .. }, None) => false,
        (_, None) => true,
        (_, Some(session)) => q.any_says(session, "Allow"),
    };

    let mut missing = BTreeSet::new();
    let either = resource.max(grant);
    // In one account the resource may stand in for the identity policy; across accounts only a grant that the
    // caller's own account gave.
    let stand_in = if account == q.owner {
        either.filter(|n| *n >= Named::Role)
    } else {
        own_grant
    };
    if stand_in != Some(Named::Itself) {
        if !identity && stand_in != Some(Named::Role) {
            missing.insert("identity");
        }
        if !boundary {
            missing.insert("boundary");
        }
        if !session {
            missing.insert("session");
        }
    }
    let foreign = account != q.owner;
    let closed = ["iam:PassRole", "s3:PutBucketPolicy", "sqs:DeleteQueue"];
    if ((foreign || strict) && either.is_none()) || (foreign && closed.contains(&&*q.action)) {
        missing.insert("resource");
    }
    if missing.is_empty() {
        Verdict::Allow
    } else {
        Verdict::Implicit(missing)
    }
}

/// Seconds since 1970: a number, or a day with or without a time.
fn instant(text: &str) -> Option<i64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let (day, time) = text.split_once('T').unwrap_or((text, "00:00:00Z"));
    let numbers = |text: &str, by: char| {
        let all = text.split(by).map(|n| n.parse::<i64>().ok());
        all.collect::<Option<Vec<i64>>>()
    };
    let day = numbers(day, '-')?;
    let time = numbers(time.strip_suffix('Z')?, ':')?;
    let (&[year, month, day], &[hour, minute, second]) = (&*day, &*time) else {
        return None;
    };
    let leap = |y: i64| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    let days: i64 = (1970..year).map(|y| if leap(y) { 366 } else { 365 }).sum();
    let long = [
        31,
        if leap(year) { 29 } else { 28 },
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ];
    let months: i64 = long.iter().take(usize::try_from(month - 1).ok()?).sum();
    Some((days + months + day - 1) * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Whether what is asked for has to be signed: of the services that are asked here, only these take strangers.
fn signed_only(q: &Question) -> bool {
    !["s3:", "sqs:", "sns:"]
        .iter()
        .any(|service| q.action.starts_with(service))
}

/// Whether no policy could allow it: a root user that assumes a role, a federated user that asks STS, a role or a registry of
/// another account, and strangers where the resource cannot speak for them.
pub(crate) fn beyond(q: &Question, l: &Layers) -> bool {
    let foreign = q.account() != Some(&*q.owner);
    if matches!(q.who, Who::Anonymous) && signed_only(q) {
        return true;
    }
    if elsewhere(q) {
        return true;
    }
    match &*q.action {
        "sts:AssumeRole" => matches!(q.who, Who::Root { .. } | Who::Federated { .. }),
        "s3:PutBucketPolicy" | "sqs:DeleteQueue" => {
            (foreign && q.account().is_some()) || matches!(q.who, Who::Anonymous)
        }
        "kms:ListKeys" | "s3:ListAllMyBuckets" => foreign,
        "iam:PassRole" if q.account().is_some() => foreign,
        "iam:PassRole" => l.resource.is_none(),
        "ecr:GetAuthorizationToken" => foreign,
        _ => false,
    }
}

/// Whether the identity provider is one of another account.
fn elsewhere(q: &Question) -> bool {
    let account = match &q.who {
        Who::Provider(name) => name.split(':').nth(4),
        _ => None,
    };
    account.is_some_and(|own| own != q.owner)
}

/// Whether no resource is meant, and no resource's policy can say anything.
fn about_nothing(q: &Question) -> bool {
    [
        "ecr:GetAuthorizationToken",
        "s3:ListAllMyBuckets",
        "kms:ListKeys",
    ]
    .contains(&&*q.action)
}

/// Whether the resource's policy is listened to: not about what is no resource's, and not to the root user who owns the
/// bucket and mends its policy.
fn heard(q: &Question) -> bool {
    let mends = q.action == "s3:PutBucketPolicy"
        && matches!(&q.who, Who::Root { account } if *account == q.owner);
    !about_nothing(q) && !mends
}

/// Whether resource control policies are for the service: of those that the questions are about.
fn protected(q: &Question) -> bool {
    ["s3:", "kms:", "sts:", "sqs:"]
        .iter()
        .any(|service| q.action.to_lowercase().starts_with(service))
}

fn everyone(element: &Value) -> bool {
    match element {
        Value::String(_) => true,
        other => list(&other["AWS"]).iter().any(|t| word(t) == "*"),
    }
}

/// A Deny with NotPrincipal spares a principal only when all its forms are listed, and never one with a boundary.
fn not_principal(q: &Question, l: &Layers, element: &Value) -> bool {
    if l.boundary.is_some() {
        return true;
    }
    let named = q.principals(element);
    let needed: &[Named] = match q.who {
        Who::Session { .. } => &[Named::Account, Named::Role, Named::Itself],
        Who::User { .. } | Who::Federated { .. } => &[Named::Account, Named::Itself],
        _ => &[Named::Itself],
    };
    // `*` is everyone in every form.
    !everyone(element) && !needed.iter().all(|n| named.contains(n))
}
