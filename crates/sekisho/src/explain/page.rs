//! The answer: what a rehearsal of the configuration says about the call.

use std::fmt::Write as _;
use std::sync::Arc;

use sekisho_engine::{Decided, Event};
use sekisho_policy::Gate;

use super::matching::Matching;
use super::{Question, denying};
use crate::printer::style::{BOLD, CYAN, DIM, GREEN, OFF, RED};
use crate::rehearse::{Completion, Denial, Fix, Outcome, denial_text};

/// Whose policy AWS says that none allows it: `no identity-based policy allows the s3:PutObject action`, of which the console leaves
/// out the action; of a foreign key KMS says `no resource-based policies allow access` among others.
fn gate_told(because: &str) -> Option<Gate> {
    Gate::ALL.into_iter().find(|gate| {
        let kind = gate.policy_type();
        let several = format!("no {}ies allow", kind.trim_end_matches('y'));
        because.starts_with(&format!("no {kind} allows")) || because.contains(&several)
    })
}

/// The same of the side of a denial.
fn kind_of(side: &str) -> &str {
    match side {
        "identity policy" => "identity-based policy",
        "bucket policy" | "key policy" | "repository policy" | "trust policy" => {
            "resource-based policy"
        }
        other => other,
    }
}

impl Question {
    fn fits(&self, matching: &Matching<'_>, principal: &str, action: &str, resource: &str) -> bool {
        let who = self
            .principal
            .as_deref()
            .is_none_or(|p| matching.principal(p, principal));
        let what = self
            .action
            .as_deref()
            .is_none_or(|a| sekisho_arn::glob_ignore_case(a, action));
        let of = self.resource.as_deref().is_none_or(|r| {
            // Of a bucket, whatever is in it.
            let resource = match self.within {
                true => resource.split('/').next().unwrap_or(resource),
                false => resource,
            };
            match r.strip_suffix("...").or_else(|| r.strip_suffix('…')) {
                // A long ARN is cut where it is shown.
                Some(front) => resource.starts_with(front),
                None => matching.resource(r, resource),
            }
        });
        let or = self.or.as_deref();
        who && (what && of || or.is_some_and(|a| sekisho_arn::glob_ignore_case(a, action)))
    }

    /// The same, and the key of the bucket where that is one of the delivery: what S3 may not do with the key, it says of the
    /// bucket.
    fn with_key(&self, matching: &Matching<'_>, all: &[&[Arc<Event>]]) -> Self {
        let mut out = self.clone();
        let of_delivery =
            |events: &&[Arc<Event>]| asked_for(self, matching, events).next().is_some();
        if self.within && all.iter().any(of_delivery) {
            out.or = Some("kms:*".to_owned());
        }
        out
    }

    /// The reason that AWS gave, where it is another than that of the denial.
    fn stopped_elsewhere(&self, denial: &Denial) -> Option<&str> {
        let because = self.because.as_deref()?;
        let told = gate_told(because)?.policy_type();
        (told != kind_of(&denial.cause.side)).then_some(because)
    }

    fn asks_for(&self, matching: &Matching<'_>, denial: &Denial) -> bool {
        match &self.id {
            Some(id) => denial.id == *id,
            None => self.fits(
                matching,
                &denial.cause.principal,
                &denial.cause.action,
                &denial.cause.resource,
            ),
        }
    }
}

/// What a rehearsal knows about the call that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It is denied.
    Denied,
    /// It is allowed.
    Allowed,
    /// There is no such call, or no denial of that id.
    Nothing,
}

/// The page for a question, and what the rehearsal knows of that call; `with` is what the configuration was read with, as it is
/// typed: directories and options.
#[must_use]
pub fn page(
    question: &Question,
    outcome: &Outcome,
    completion: Option<&Completion>,
    fix: Option<&Fix>,
    with: &str,
) -> (String, Known) {
    let mut out = String::new();
    let matching = &Matching::of(outcome);
    let behind = completion.map(|c| c.events.as_slice()).unwrap_or_default();
    let asked = question.with_key(matching, &[&outcome.events, behind]);
    // What is denied only when the first denials are mended is found with them.
    let later = completion.map(|c| c.found.as_slice()).unwrap_or_default();
    let denials: Vec<&Denial> = outcome
        .denials
        .iter()
        .chain(later)
        .filter(|d| asked.asks_for(matching, d))
        .collect();
    // An explicit deny that AWS told of and that is not here: no allow outweighs it, so that none is proposed.
    let told_deny = question.explicit && !denials.iter().any(|d| d.cause.denied_by.is_some());
    if told_deny {
        let said = question.said.as_deref().unwrap_or("an explicit deny");
        if let Some(own) = denying::statements(question, matching, outcome) {
            let _ = writeln!(
                out,
                "{RED}denied{OFF}  by a statement that denies\n  {DIM}AWS says{OFF} {said}\n{own}"
            );
            return (out.trim_end().to_owned(), Known::Denied);
        }
        let _ = writeln!(
            out,
            "{RED}denied{OFF}  by a statement that this configuration does not have\n  {DIM}AWS says{OFF} {said}\n\n{CYAN}hint{OFF}: an explicit deny wins over every allow: whoever owns that policy has to change it{}",
            question
                .policy()
                .map(|arn| format!(" ({arn})"))
                .unwrap_or_default()
        );
        return (out.trim_end().to_owned(), Known::Denied);
    }
    if !denials.is_empty() {
        let mut told: Vec<&str> = Vec::new();
        for denial in &denials {
            if !told.contains(&denial.id.as_str()) {
                told.push(&denial.id);
                out.push_str(&denial_text(denial));
                if let Some(because) = question.stopped_elsewhere(denial) {
                    let _ = writeln!(
                        out,
                        "{CYAN}hint{OFF}: on AWS it stopped at another policy ({because}): what is applied there is not this configuration, or in part\n"
                    );
                }
            }
        }
        let mine = |p: &&crate::rehearse::Patch| told.contains(&p.denial.as_str());
        let patches: Vec<_> = completion
            .iter()
            .flat_map(|c| c.patches.iter().filter(mine))
            .collect();
        let all = completion.map_or(0, |c| c.patches.len());
        if !patches.is_empty() && completion.is_some_and(|c| c.passes) {
            let _ = writeln!(
                out,
                "{GREEN}rehearsed{OFF}: with {} the delivery passes{}",
                if all == 1 {
                    "this statement"
                } else {
                    "all statements that are missing"
                },
                if all > patches.len() {
                    match all - patches.len() {
                        1 => format!("; 1 more is missing: `sekisho rehearse{with}` lists it"),
                        n => format!("; {n} more are missing: `sekisho rehearse{with}` lists them"),
                    }
                } else {
                    String::new()
                }
            );
        }
        if let Some(fix) = fix.filter(|f| f.passes) {
            let _ = writeln!(
                out,
                "{CYAN}hint{OFF}: `sekisho rehearse {}{with}` writes this:\n\n{}",
                completion.map_or("--fix", Completion::written_by),
                fix.diff()
            );
        }
        return (out.trim_end().to_owned(), Known::Denied);
    }
    let known = match &question.id {
        Some(id) => writeln!(
            out,
            "no denial of this configuration has the id {BOLD}{id}{OFF}\n{CYAN}hint{OFF}: ids change with the principal, the action, the resource and the policy; `sekisho rehearse{with}` shows those of today"
        )
        .map(|()| Known::Nothing),
        None => {
            // What is reached only when others are mended is found in the rehearsal that passed.
            let later = completion.map(|c| c.events.as_slice()).unwrap_or_default();
            let first = allowed(question, matching, &outcome.events, &mut out);
            match first {
                Ok(Known::Nothing) if asked_for(question, matching, later).next().is_some() => {
                    out.clear();
                    let _ = writeln!(out, "{DIM}reached when what is missing before it is there{OFF}\n");
                    allowed(question, matching, later, &mut out)
                }
                first => first,
            }
        }
    };
    (out.trim_end().to_owned(), known.unwrap_or(Known::Nothing))
}

/// The calls that are asked about and allowed.
fn asked_for<'e>(
    question: &'e Question,
    matching: &'e Matching<'e>,
    events: &'e [Arc<Event>],
) -> impl Iterator<Item = (&'e Event, &'e Decided)> {
    events.iter().flat_map(move |event| {
        // Who applied it makes no call of the delivery: it is asked about by whoever names it.
        let own = event.tag.is_some() || question.principal.is_some();
        let allowed = event.checks.iter().filter(move |c| own && c.allowed());
        let fits =
            move |c: &&Decided| question.fits(matching, &event.principal, &c.action, &c.resource);
        allowed.filter(fits).map(|check| (&**event, check))
    })
}

/// What the rehearsal knows about a call that AWS denies and this does not.
fn allowed(
    question: &Question,
    matching: &Matching<'_>,
    events: &[Arc<Event>],
    out: &mut String,
) -> Result<Known, std::fmt::Error> {
    let action = question.action.as_deref().unwrap_or("this call");
    let found: Vec<(&Event, &Decided)> = asked_for(question, matching, events).collect();
    let Some((event, check)) = found.first() else {
        writeln!(
            out,
            "{RED}not found{OFF}: the delivery of this configuration never calls {action}{}{}.",
            question
                .resource
                .as_deref()
                .map(|r| format!(" on {r}"))
                .unwrap_or_default(),
            question
                .principal
                .as_deref()
                .map(|p| format!(" as {p}"))
                .unwrap_or_default()
        )?;
        writeln!(
            out,
            "{CYAN}hint{OFF}: is this the directory that was applied? Give all of them (sekisho explain … registry/ pipeline/), and the variables and accounts that you apply with"
        )?;
        return Ok(Known::Nothing);
    };
    writeln!(
        out,
        "{GREEN}allowed here{OFF}: {CYAN}{}{OFF} on {}",
        check.action, check.resource
    )?;
    writeln!(out, "  {DIM}as{OFF}      {}", event.principal)?;
    let by = match (&check.policy, &check.statement) {
        (Some(policy), Some(statement)) => format!("{policy}, {statement}"),
        _ => check.gate.clone(),
    };
    writeln!(out, "  {DIM}by{OFF}      {by}")?;
    if let Some(because) = &question.because {
        let because = because.split(" (Service:").next().unwrap_or(because);
        writeln!(out, "  {DIM}AWS says{OFF} {because}")?;
    }
    writeln!(
        out,
        "\nThe configuration as it stands allows the call, so that what is on AWS is not what stands here. Look for, in this order:"
    )?;
    let unknown = "a service control policy, resource control policy or VPC endpoint policy that the configuration does not have";
    let told = question.because.as_deref().and_then(gate_told);
    let beyond = told.is_some_and(|gate| matches!(gate, Gate::Scp | Gate::Rcp | Gate::Endpoint));
    let unapplied = match told.filter(|_| !beyond) {
        // The one that AWS names is of the caller, but for that of the resource.
        Some(gate) => {
            let account = match gate {
                Gate::Resource => check.resource_account.as_deref(),
                _ => None,
            };
            format!(
                "the {} that AWS names, not applied or changed by hand: `terraform plan` in account {}",
                gate.policy_type(),
                account.unwrap_or(&event.account)
            )
        }
        None => "a policy that was not applied, or changed by hand: `terraform plan` in the account of the policy named above".to_owned(),
    };
    let mut causes = vec![
        unapplied.as_str(),
        "a role that was deleted and made again: policies that named it keep the old role's id (AROA…), and have to be written again",
        "a policy that was applied moments before: IAM takes some seconds; start the execution again",
        "a condition on what differs there: the region, the source address, the organization, tags of the session",
    ];
    causes.insert(if beyond { 0 } else { 3 }, unknown);
    for (index, cause) in causes.iter().enumerate() {
        writeln!(out, "  {}. {cause}", index + 1)?;
    }
    Ok(Known::Allowed)
}
