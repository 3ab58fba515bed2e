//! Texts with wildcards and policy variables: the operands of conditions and the patterns of resources.

use sekisho_arn::{glob, glob_ignore_case};

use crate::document::Version;
use crate::request::{Context, ContextValue};
use crate::text::arn_parts;

/// A pattern, compiled once. Without variables it is matched as written; with variables it is resolved
/// against a request first, and what a variable brings in is literal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Template {
    pub(crate) raw: String,
    form: Form,
}

/// What a pattern needs when it is matched.
#[derive(Debug, Clone, PartialEq)]
enum Form {
    /// `*`.
    Any,
    /// No wildcard.
    Exact,
    /// One `*`, at the end.
    Prefix,
    /// Other wildcards.
    Wild,
    /// An ARN that breaks off, completed.
    Completed(String),
    /// Variables, and perhaps wildcards.
    Variables(Vec<Piece>),
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Literal(char),
    Variable {
        key: String,
        default: Option<String>,
    },
}

/// One unit of a resolved pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Unit(u16),
    Any,
    One,
}

impl Template {
    /// Compiles `raw`. Variables exist only in version 2012-10-17; in older documents they are plain text.
    pub(crate) fn new(raw: String, version: Version) -> Self {
        let pieces = (version == Version::V2012 && raw.contains("${"))
            .then(|| split(&raw))
            .flatten();
        let form = match (pieces, raw.find(['*', '?'])) {
            (Some(pieces), _) => Form::Variables(pieces),
            (None, None) => Form::Exact,
            (None, Some(0)) if raw == "*" => Form::Any,
            (None, Some(at)) if at + 1 == raw.len() && raw.ends_with('*') => Form::Prefix,
            (None, Some(_)) => Form::Wild,
        };
        Self { raw, form }
    }

    /// Compiles the ARN `raw`. One that breaks off before its sixth part is completed with wildcards: `arn:aws:sqs` is
    /// `arn:aws:sqs:*:*:*` (IAM user guide, "IAM identifiers"). One that is made of a variable is not (recorded), and one
    /// with a wildcard reaches as far already.
    pub(crate) fn arn(raw: String, version: Version) -> Self {
        let parts = raw.split(':').count();
        if !raw.starts_with("arn:") || parts >= 6 || raw.contains(['*', '?', '$']) {
            return Self::new(raw, version);
        }
        let form = Form::Completed(format!("{raw}{}", ":*".repeat(6 - parts)));
        Self { raw, form }
    }

    /// The pattern as it is matched, but for variables.
    pub(crate) fn pattern(&self) -> &str {
        match &self.form {
            Form::Completed(text) => text,
            _ => &self.raw,
        }
    }

    /// Whether the text depends on the request.
    pub(crate) fn has_variables(&self) -> bool {
        matches!(self.form, Form::Variables(_))
    }

    fn resolve(pieces: &[Piece], context: &Context) -> Option<Vec<Token>> {
        let mut tokens = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => tokens.extend(text.encode_utf16().map(|u| match u {
                    0x2a => Token::Any,
                    0x3f => Token::One,
                    _ => Token::Unit(u),
                })),
                Piece::Literal(c) => tokens.push(Token::Unit(*c as u16)),
                Piece::Variable { key, default } => {
                    let value = variable(context, key, default.as_deref())?;
                    tokens.extend(value.encode_utf16().map(Token::Unit));
                }
            }
        }
        Some(tokens)
    }

    /// The text of the operand with variables filled in, wildcards as plain characters. `None`: unresolved.
    pub(crate) fn text(&self, context: &Context) -> Option<std::borrow::Cow<'_, str>> {
        let Form::Variables(pieces) = &self.form else {
            return Some(std::borrow::Cow::Borrowed(&self.raw));
        };
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Literal(c) => out.push(*c),
                Piece::Variable { key, default } => {
                    out.push_str(variable(context, key, default.as_deref())?)
                }
            }
        }
        Some(std::borrow::Cow::Owned(out))
    }

    /// Whether every variable in it has a value.
    pub(crate) fn is_resolved(&self, context: &Context) -> bool {
        match &self.form {
            Form::Variables(pieces) => Self::resolve(pieces, context).is_some(),
            _ => true,
        }
    }

    /// Matches with `*` and `?`. An unresolved variable never matches.
    pub(crate) fn matches(&self, context: &Context, text: &str) -> bool {
        match &self.form {
            Form::Any => true,
            Form::Exact => self.raw == text,
            Form::Prefix => {
                let prefix = self.raw.as_bytes().split_last().map_or(&[][..], |(_, p)| p);
                text.as_bytes().starts_with(prefix)
            }
            Form::Wild => glob(&self.raw, text),
            Form::Completed(pattern) => glob(pattern, text),
            Form::Variables(pieces) => Self::resolve(pieces, context).is_some_and(|tokens| {
                let text: Vec<u16> = text.encode_utf16().collect();
                tokens_match(&tokens, &text)
            }),
        }
    }

    /// Matches an action: `service:Name`, without regard to case. Actions have no variables.
    pub(crate) fn matches_action(&self, action: &str) -> bool {
        match &self.form {
            Form::Any => true,
            Form::Exact | Form::Completed(_) | Form::Variables(_) => {
                self.raw.eq_ignore_ascii_case(action)
            }
            Form::Prefix => {
                let prefix = self.raw.as_bytes().split_last().map_or(&[][..], |(_, p)| p);
                action
                    .as_bytes()
                    .get(..prefix.len())
                    .is_some_and(|a| a.eq_ignore_ascii_case(prefix))
            }
            Form::Wild => glob_ignore_case(&self.raw, action),
        }
    }

    /// The six parts of an ARN pattern, to be matched one by one. `None` when it is no ARN.
    pub(crate) fn arn_parts(&self) -> Option<Box<[Self]>> {
        let parts = arn_parts(&self.raw).filter(|[first, ..]| matches!(*first, "arn" | "*"))?;
        let compiled = parts.map(|part| Self::new(part.to_owned(), Version::V2008));
        Some(Box::new(compiled))
    }

    /// Matches ARN against ARN where the pattern has variables. `None` when it does not resolve to an ARN.
    pub(crate) fn matches_arn(&self, context: &Context, arn: &[&str; 6]) -> Option<bool> {
        let Form::Variables(pieces) = &self.form else {
            return Some(arn_parts_match(&self.arn_parts()?, arn));
        };
        // A variable without a value is like nothing (IAM user guide, "Policy variables with no value").
        let Some(tokens) = Self::resolve(pieces, context) else {
            return Some(false);
        };
        let colon = Token::Unit(0x3a);
        let operand: Vec<&[Token]> = tokens.splitn(6, |t| *t == colon).collect();
        let first: Vec<Token> = "arn".encode_utf16().map(Token::Unit).collect();
        if operand.len() != 6
            || operand
                .first()
                .is_none_or(|p| **p != *first && **p != [Token::Any])
        {
            return None;
        }
        let matches = |(pattern, text): (&&[Token], &&str)| {
            let text: Vec<u16> = text.encode_utf16().collect();
            tokens_match(pattern, &text)
        };
        Some(operand.iter().zip(arn).all(matches))
    }
}

/// Matches the parts of an ARN pattern against an ARN.
pub(crate) fn arn_parts_match(parts: &[Template], arn: &[&str; 6]) -> bool {
    static NOTHING: std::sync::LazyLock<Context> = std::sync::LazyLock::new(Context::new);
    let matches = |(pattern, text): (&Template, &&str)| pattern.matches(&NOTHING, text);
    parts.iter().zip(arn).all(matches)
}

fn variable<'a>(context: &'a Context, key: &str, default: Option<&'a str>) -> Option<&'a str> {
    match context.get(key) {
        Some(ContextValue::Single(value)) => Some(value),
        // A multivalued key does not expand, and its default is not used either (recorded on AWS).
        Some(ContextValue::List(_)) => None,
        None => default,
    }
}

/// What stands before the brace that closes a variable, and behind it: a brace in a quoted default closes nothing.
fn within_braces(text: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let closes = |c: char| {
        quoted ^= c == '\'';
        c == '}' && !quoted
    };
    let at = text.find(closes).or_else(|| text.find('}'))?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn split(raw: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = within_braces(after) else {
            break;
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        match inside {
            "*" => pieces.push(Piece::Literal('*')),
            "?" => pieces.push(Piece::Literal('?')),
            "$" => pieces.push(Piece::Literal('$')),
            _ => {
                let (key, default) = match inside.split_once(',') {
                    Some((key, default)) => {
                        let default = default.trim();
                        let quoted = default
                            .strip_prefix('\'')
                            .and_then(|d| d.strip_suffix('\''));
                        (key.trim(), Some(quoted.unwrap_or(default).to_owned()))
                    }
                    None => (inside.trim(), None),
                };
                pieces.push(Piece::Variable {
                    key: key.to_lowercase(),
                    default,
                });
            }
        }
        rest = behind;
    }
    if pieces.is_empty() {
        return None;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Some(pieces)
}

fn tokens_match(pattern: &[Token], text: &[u16]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(t) {
        match pattern.get(p) {
            Some(Token::Any) => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(Token::One) => {
                p += 1;
                t += 1;
            }
            Some(Token::Unit(u)) if *u == c => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    p = after;
                    t = from + 1;
                    retry = Some((after, t));
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|x| *x == Token::Any))
}
