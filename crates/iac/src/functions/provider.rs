//! Functions of providers: those of `hashicorp/aws` that read ARNs, and those of `terraform.io/builtin/terraform`. They
//! are called by the names that the providers mostly have.

use std::collections::BTreeMap;

use super::{Args, json};
use crate::value::Value;

/// What a function of a provider answers; none of one that is not here.
pub(super) fn call(name: &str, f: &Args<'_>) -> Option<Result<Value, String>> {
    let takes = |count: usize| match f.args.len() {
        given if given == count => Ok(()),
        given => Err(format!("{name}: it takes {count} arguments, not {given}")),
    };
    Some(match name {
        "provider::aws::arn_parse" => takes(1).and_then(|()| arn_parse(f)),
        "provider::aws::arn_build" => takes(5).and_then(|()| arn_build(f)),
        "provider::aws::trim_iam_role_path" => takes(1).and_then(|()| trim_iam_role_path(f)),
        "provider::terraform::encode_expr" => takes(1).and_then(|()| {
            let mut out = String::new();
            expression(f.value(0)?, 0, &mut out);
            Ok(out.into())
        }),
        "provider::terraform::encode_tfvars" => takes(1).and_then(|()| encode_tfvars(f)),
        "provider::terraform::decode_tfvars" => takes(1).and_then(|()| {
            let values = crate::variables::values_of_hcl(name, &f.text(0)?)?;
            Ok(Value::object(values))
        }),
        _ => return None,
    })
}

/// The five parts of an ARN behind `arn:`.
fn parts(f: &Args<'_>) -> Result<[String; 5], String> {
    let text = f.text(0)?;
    let wrong = || format!("{}: \"{text}\" is no ARN", f.name);
    let rest = text.strip_prefix("arn:").ok_or_else(wrong)?;
    let parts: Vec<String> = rest.splitn(5, ':').map(str::to_owned).collect();
    parts.try_into().map_err(|_| wrong())
}

const NAMES: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];

fn arn_parse(f: &Args<'_>) -> Result<Value, String> {
    let members = NAMES.into_iter().map(str::to_owned);
    let members = members.zip(parts(f)?.map(Value::from));
    Ok(Value::object(members.collect::<BTreeMap<_, _>>()))
}

fn arn_build(f: &Args<'_>) -> Result<Value, String> {
    let parts: Vec<String> = (0..5).map(|at| f.text(at)).collect::<Result<_, _>>()?;
    Ok(format!("arn:{}", parts.join(":")).into())
}

/// The ARN of a role without its path.
fn trim_iam_role_path(f: &Args<'_>) -> Result<Value, String> {
    let [partition, service, region, account, resource] = parts(f)?;
    if service != "iam" || !region.is_empty() || !resource.starts_with("role/") {
        return Err(format!("{}: it takes the ARN of a role", f.name));
    }
    let name = resource.rsplit('/').next().unwrap_or_default();
    Ok(format!("arn:{partition}:iam::{account}:role/{name}").into())
}

fn identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

fn quoted(text: &str) -> String {
    let json = json::encode(&text.into());
    json.replace("${", "$${").replace("%{", "%%{")
}

/// A value as it is written in a configuration.
fn expression(value: &Value, indent: usize, out: &mut String) {
    if let Some(items) = value.as_items() {
        out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            expression(item, indent, out);
        }
        out.push(']');
    } else if let Some(map) = value.as_members() {
        if map.is_empty() {
            out.push_str("{}");
            return;
        }
        let name = |key: &str| {
            if identifier(key) {
                key.to_owned()
            } else {
                quoted(key)
            }
        };
        let names: Vec<String> = map.keys().map(|k| name(k)).collect();
        let width = names.iter().map(|n| n.chars().count()).max().unwrap_or(0);
        out.push_str("{\n");
        for (name, value) in names.iter().zip(map.values()) {
            out.push_str(&format!("{:1$}{name:2$} = ", "", indent + 2, width));
            expression(value, indent + 2, out);
            out.push('\n');
        }
        out.push_str(&format!("{:1$}}}", "", indent));
    } else {
        match value {
            Value::String(text) => out.push_str(&quoted(text)),
            other => out.push_str(&json::encode(other)),
        }
    }
}

fn encode_tfvars(f: &Args<'_>) -> Result<Value, String> {
    let map = f.members(0)?;
    let width = map.keys().map(|k| k.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for (name, value) in map {
        if !identifier(name) {
            return Err(format!("{}: \"{name}\" is no name of a variable", f.name));
        }
        out.push_str(&format!("{name:width$} = "));
        expression(value, 0, &mut out);
        out.push('\n');
    }
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    /// As the providers answer (hashicorp/aws 5.100.0, Terraform 1.11.4).
    #[test]
    fn as_the_providers_answer() {
        let run = |text: &str| crate::expression("e", text);
        assert_eq!(
            run("provider::aws::arn_parse(\"arn:aws:iam::444455556666:role/example\").account_id"),
            Ok("444455556666".into())
        );
        assert_eq!(
            run("provider::aws::arn_build(\"aws\", \"iam\", \"\", \"1\", \"user/a\")"),
            Ok("arn:aws:iam::1:user/a".into())
        );
        assert_eq!(
            run("provider::aws::trim_iam_role_path(\"arn:aws:iam::1:role/a/b/c\")"),
            Ok("arn:aws:iam::1:role/c".into())
        );
        assert!(run("provider::aws::arn_parse(\"x\")").is_err());
        assert!(run("provider::aws::trim_iam_role_path(\"arn:aws:iam::1:user/a\")").is_err());
        assert_eq!(
            run("provider::terraform::encode_expr({ a = [1, \"x\"], \"b c\" = null })"),
            Ok("{\n  a     = [1, \"x\"]\n  \"b c\" = null\n}".into())
        );
        assert_eq!(
            run("provider::terraform::encode_tfvars({ a = 1, bb = \"$${x}\" })"),
            Ok("a  = 1\nbb = \"$${x}\"\n".into())
        );
        assert_eq!(
            run("provider::terraform::decode_tfvars(\"a = [1]\").a[0]"),
            Ok(1.into())
        );
        assert!(
            run("provider::other::f()")
                .unwrap_err()
                .contains("not supported yet")
        );
    }
}
