//! The expression language.

use std::collections::BTreeMap;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{
    BinaryOperator, Conditional, Expression, ForExpr, FuncCall, ObjectKey, UnaryOperator,
};
use hcl_edit::template::Element;

use crate::block::place_of;
use crate::convert::{convert, to_bool, to_number, to_string};
use crate::number::Number;
use crate::scope::Scope;
use crate::traverse::traverse;
use crate::unify::unify;
use crate::value::Value;
use crate::{Problem, Reason, Source, functions, template};

/// Evaluations within evaluations are refused beyond this: so deep is no configuration, and what is walked through values
/// must not run out of stack.
const MAX_LEVELS: usize = 2000;

/// Evaluates `expression`.
pub(crate) fn evaluate(
    expression: &Expression,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<Value, Problem> {
    let _level = scope.level(MAX_LEVELS).ok_or_else(|| {
        let message = format!("values need each other over more than {MAX_LEVELS} levels");
        Problem::at(&place_of(source, expression.span()), message)
    })?;
    // A value is evaluated within those that need it: with a stack that grows, for none of the usual ones is enough.
    stacker::maybe_grow(256 << 10, 4 << 20, || one(expression, scope, source))
}

fn one(expression: &Expression, scope: &Scope<'_>, source: &Arc<Source>) -> Result<Value, Problem> {
    let fail = |reason: Reason| Problem::at(&place_of(source, expression.span()), reason);
    let eval = |e: &Expression| evaluate(e, scope, source);
    Ok(match expression {
        Expression::Null(_) => Value::null(),
        Expression::Bool(b) => Value::Bool(*b.value()),
        Expression::Number(n) => {
            // The parser keeps 64 bits of it; the file has all its digits.
            let written = expression.span().and_then(|span| source.text.get(span));
            let number = written.and_then(|text| Number::parse(text.trim()));
            let number = number.or_else(|| Number::parse(&n.value().to_string()));
            number
                .ok_or_else(|| fail("the number is too large".into()))?
                .into()
        }
        Expression::String(s) => s.value().as_str().into(),
        Expression::Array(items) => Value::tuple(items.iter().map(eval).collect::<Result<_, _>>()?),
        Expression::Object(object) => {
            let mut map = BTreeMap::new();
            for (key, value) in object {
                let key = match key {
                    ObjectKey::Ident(ident) => ident.as_str().to_owned(),
                    ObjectKey::Expression(Expression::Variable(ident)) => ident.as_str().to_owned(),
                    ObjectKey::Expression(Expression::Null(_)) => "null".to_owned(),
                    ObjectKey::Expression(e) => to_string(&eval(e)?)
                        .ok_or_else(|| fail("an object key must be a text".into()))?,
                };
                map.insert(key, eval(value.expr())?);
            }
            Value::object(map)
        }
        Expression::StringTemplate(template) => {
            let elements: Vec<&Element> = template.iter().collect();
            template::render(&elements, scope, source)?
        }
        Expression::HeredocTemplate(_) => {
            let written = expression.span().and_then(|span| source.text.get(span));
            let written = written.ok_or_else(|| fail("the heredoc has no text".into()))?;
            template::heredoc(written, scope, source)
                .map_err(fail)?
                .into()
        }
        Expression::Parenthesis(inner) => eval(inner.inner())?,
        Expression::Variable(ident) => {
            let name = ident.as_str();
            let value = scope.root(&[name]).map(|(v, _)| v);
            value.map_err(|e| e.unwrap_or_else(fail))?
        }
        Expression::Conditional(c) => conditional(c, scope, source)?,
        Expression::FuncCall(call) => function(call, expression, scope, source)?,
        Expression::Traversal(t) => traverse(
            &t.expr,
            t.operators.iter().map(|o| o.value()).collect(),
            scope,
            source,
        )
        .map_err(|e| e.unwrap_or_else(fail))?,
        Expression::UnaryOp(op) => {
            let value = eval(&op.expr)?;
            match op.operator.value() {
                UnaryOperator::Not => Value::Bool(
                    !to_bool(&value).ok_or_else(|| fail("`!` needs true or false".into()))?,
                ),
                UnaryOperator::Neg => to_number(&value)
                    .map(|n| n.negated().into())
                    .ok_or_else(|| fail("`-` needs a number".into()))?,
            }
        }
        Expression::BinaryOp(op) => {
            let (a, b) = (eval(&op.lhs_expr)?, eval(&op.rhs_expr)?);
            binary(*op.operator.value(), &a, &b).map_err(|m| fail(m.into()))?
        }
        Expression::ForExpr(f) => for_expression(f, scope, source)?,
    })
}

/// Both ends have one type. The end that is not taken may fail: then it says nothing of the type.
fn conditional(c: &Conditional, scope: &Scope<'_>, source: &Arc<Source>) -> Result<Value, Problem> {
    let eval = |e: &Expression| evaluate(e, scope, source);
    let fail = |message: &str| Problem::at(&place_of(source, c.span()), message);
    let condition =
        to_bool(&eval(&c.cond_expr)?).ok_or_else(|| fail("a condition must be true or false"))?;
    let (taken, other) = if condition {
        (&c.true_expr, &c.false_expr)
    } else {
        (&c.false_expr, &c.true_expr)
    };
    let value = eval(taken)?;
    let Ok(other) = eval(other) else {
        return Ok(value);
    };
    let (own, others) = (value.kind(), other.kind());
    if own == others {
        return Ok(value);
    }
    let both = if condition {
        [own, others]
    } else {
        [others, own]
    };
    let differ = || {
        let [a, b] = &both;
        fail(&format!(
            "both ends of a conditional must have one type, not {a} and {b}"
        ))
    };
    let kind = unify(&both).ok_or_else(differ)?;
    convert(&value, &kind).map_err(|_| differ())
}

fn function(
    call: &FuncCall,
    expression: &Expression,
    scope: &Scope<'_>,
    source: &Arc<Source>,
) -> Result<Value, Problem> {
    let fail = |reason: Reason| Problem::at(&place_of(source, expression.span()), reason);
    let eval = |e: &Expression| evaluate(e, scope, source);
    let namespace: Vec<&str> = call.name.namespace.iter().map(|n| n.as_str()).collect();
    let name = match namespace.as_slice() {
        [] | ["core"] => call.name.name.as_str().to_owned(),
        parts => format!("{}::{}", parts.join("::"), call.name.name.as_str()),
    };
    let name = name.as_str();
    // These two look at the failure of their arguments.
    if name == "can" && call.args.len() != 1 {
        return Err(fail("can: it takes one argument".into()));
    }
    if name == "try" || name == "can" {
        for argument in &call.args {
            match eval(argument) {
                Ok(_) if name == "can" => return Ok(true.into()),
                Ok(value) => return Ok(value),
                // What is missing here is not missing in Terraform: a fallback would be a wrong answer.
                Err(problem) if problem.is_unsupported() => return Err(problem),
                Err(_) => {}
            }
        }
        return match name {
            "can" => Ok(false.into()),
            _ => Err(fail("no argument of `try` can be evaluated".into())),
        };
    }
    let first = call.args.iter().next();
    let named = matches!(
        first,
        None | Some(Expression::Variable(_) | Expression::Traversal(_))
    );
    if name == "templatestring" && !named {
        let message = "templatestring: the template must be a reference to what it stands in (`local.template`), and here it is an expression";
        return Err(fail(message.into()));
    }
    let mut args = call.args.iter().map(eval).collect::<Result<Vec<_>, _>>()?;
    if let ("issensitive", [_], Some(argument)) = (name, args.as_slice(), call.args.iter().next()) {
        return Ok(crate::marks::is_sensitive(argument, scope, source).into());
    }
    if let ("ephemeralasnull", [value], Some(argument)) =
        (name, args.as_slice(), call.args.iter().next())
    {
        let value = value.clone();
        return Ok(crate::ephemeral::as_null(value, argument, scope, source));
    }
    if call.args.expand_final() {
        match args.pop().as_ref().and_then(Value::as_items) {
            Some(last) => args.extend(last.iter().cloned()),
            None => return Err(fail("`...` needs a list".into())),
        }
    }
    match name {
        "templatefile" | "templatestring" => template::function(name, &args, scope).map_err(fail),
        _ => functions::call(name, &args, &scope.files()).map_err(fail),
    }
}

fn binary(operator: BinaryOperator, a: &Value, b: &Value) -> Result<Value, String> {
    let name = operator.as_str();
    let numbers = || {
        let both = to_number(a).zip(to_number(b));
        both.ok_or_else(|| format!("`{name}` needs numbers"))
    };
    let bools = || {
        let both = to_bool(a).zip(to_bool(b));
        both.ok_or_else(|| format!("`{name}` needs true or false"))
    };
    let order = |test: fn(&Number, &Number) -> bool| numbers().map(|(a, b)| test(&a, &b).into());
    let number = |operation: fn(&Number, &Number) -> Option<Number>| {
        let (a, b) = numbers()?;
        if b == Number::from(0i64) {
            match operator {
                // Terraform says that it is infinite, which nothing here takes.
                BinaryOperator::Div => return Err(format!("`{name}` of a number by zero")),
                // Nothing is taken away (Terraform 1.11.4: `5 % 0` is 5).
                BinaryOperator::Mod => return Ok(a.into()),
                _ => {}
            }
        }
        let result = operation(&a, &b).map(Value::from);
        result.ok_or_else(|| "the result is too large a number".to_owned())
    };
    match operator {
        BinaryOperator::Eq => Ok(a.equals(b).into()),
        BinaryOperator::NotEq => Ok((!a.equals(b)).into()),
        BinaryOperator::LessEq => order(|a, b| a <= b),
        BinaryOperator::GreaterEq => order(|a, b| a >= b),
        BinaryOperator::Less => order(|a, b| a < b),
        BinaryOperator::Greater => order(|a, b| a > b),
        BinaryOperator::Plus => number(Number::plus),
        BinaryOperator::Minus => number(|a, b| a.plus(&b.negated())),
        BinaryOperator::Mul => number(Number::times),
        BinaryOperator::Div => number(Number::divided_by),
        BinaryOperator::Mod => number(Number::modulo),
        BinaryOperator::And => bools().map(|(a, b)| (a && b).into()),
        BinaryOperator::Or => bools().map(|(a, b)| (a || b).into()),
    }
}

fn for_expression(f: &ForExpr, scope: &Scope<'_>, source: &Arc<Source>) -> Result<Value, Problem> {
    let place = place_of(source, f.span());
    let collection = evaluate(&f.intro.collection_expr, scope, source)?;
    let items = collection
        .pairs()
        .ok_or_else(|| Problem::at(&place, "`for` needs a list, set or map"))?;
    let mut list = Vec::new();
    let mut map: BTreeMap<String, Value> = BTreeMap::new();
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (key, value) in items {
        let mut inner = scope.with(f.intro.value_var.as_str(), value);
        if let Some(name) = &f.intro.key_var {
            inner = inner.with(name.as_str(), key);
        }
        if let Some(condition) = &f.cond
            && !to_bool(&evaluate(&condition.expr, &inner, source)?)
                .ok_or_else(|| Problem::at(&place, "`if` must be true or false"))?
        {
            continue;
        }
        let value = evaluate(&f.value_expr, &inner, source)?;
        match &f.key_expr {
            None => list.push(value),
            Some(key) => {
                let key = to_string(&evaluate(key, &inner, source)?)
                    .ok_or_else(|| Problem::at(&place, "a key must be a text"))?;
                if f.grouping {
                    groups.entry(key).or_default().push(value);
                } else if map.insert(key.clone(), value).is_some() {
                    let message = format!("`for` makes the key `{key}` twice");
                    return Err(Problem::at(&place, message));
                }
            }
        }
    }
    let groups = groups.into_iter().map(|(k, v)| (k, Value::tuple(v)));
    map.extend(groups);
    Ok(if f.key_expr.is_some() {
        Value::object(map)
    } else {
        Value::tuple(list)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Configuration;
    use crate::reading::Reading;
    use crate::state::State;
    use proptest::prelude::*;
    use serde_json::json;

    /// Evaluates `text` as the value of a local, with one variable and one resource in scope.
    fn run(text: &str) -> Result<Value, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = format!(
            "variable \"v\" {{\n  default = \"x\"\n}}\nlocals {{\n  list = [\"a\", \"b\"]\n  map = {{ one = 1, two = 2 }}\n  it = {text}\n}}\nresource \"aws_iam_role\" \"r\" {{}}\n"
        );
        std::fs::write(folder.path().join("main.tf"), file).unwrap();
        let reading = Reading::of(folder.path());
        let config = Configuration::read(&reading).map_err(|p| p[0].message.clone())?;
        let mut state = State::new(&config);
        let role = json!({"arn": "arn:r", "tags": {"k": "v"}});
        state.insert("aws_iam_role.r".to_owned(), Value::of_provider(role));
        let (source, expression) = config.modules[0].locals.get("it").unwrap();
        let instance = state.instances(0).unwrap()[0];
        evaluate(expression, &state.scope(instance), source).map_err(|p| p.message)
    }

    #[track_caller]
    fn check(text: &str, expected: serde_json::Value) {
        let got = run(text).map(|value| value.to_json());
        assert_eq!(got, Ok(expected), "{text}");
    }

    #[test]
    fn literals_and_templates() {
        check("\"a${var.v}b\"", json!("axb"));
        check("\"${1 + 2}\"", json!(3));
        check("\"n=${1 + 2}\"", json!("n=3"));
        check("\"$${not}\"", json!("${not}"));
        check("\"%{ if true }yes%{ else }no%{ endif }\"", json!("yes"));
        check(
            "\"%{ for x in local.list }<${x}>%{ endfor }\"",
            json!("<a><b>"),
        );
        check(
            "<<-EOT\n    one\n      two ${var.v}\n    EOT\n",
            json!("one\n  two x\n"),
        );
    }

    #[test]
    fn white_space_of_templates() {
        check(
            "<<EOT\n  %{ for x in local.list ~}\n  <${x}>\n  %{ endfor ~}\n  end\nEOT\n",
            json!("    <a>\n    <b>\n    end\n"),
        );
        check("\"a ${~ \" b \" ~} c\"", json!("a b c"));
        check("<<EOT\n  kept\nEOT\n", json!("  kept\n"));
    }

    #[test]
    fn what_terraform_refuses_is_refused() {
        for text in [
            "{for s in [\"a\", \"b\"] : \"k\" => s}",
            "[for s in local.list : s if s]",
            "zipmap([\"a\"], [])",
            "join(\"\", [null])",
            "format(\"%d\", 1.5)",
            "range(1, 2, 3, 4)",
            "5 / 0 == 1",
            // A fallback here would be another value than Terraform has.
            "try(provider::other::f(\"a\"), \"x\")",
            "can(aws_iam_role.r.not_modelled)",
        ] {
            assert!(run(text).is_err(), "{text}");
        }
        check("[for k, v in { b = 1, a = 2 } : k]", json!(["a", "b"]));
        check("substr(\"hello\", -3, 3)", json!("llo"));
        // As `terraform console` answers.
        check(
            "{ for k, x in toset([\"b\", \"a\"]) : k => x }",
            json!({"a": "a", "b": "b"}),
        );
        check("element(tolist([\"a\", \"b\"]), -1)", json!("b"));
        check("true ? 3 : \"x\"", json!("3"));
        check("false ? \"x\" : true", json!("true"));
        check("try(tonumber(null), 0)", json!(null));
        check("tobool(\"1\") && !\"0\"", json!(true));
        check("-\"5\"", json!(-5));
        check("[{ a = 1 }, { a = 2 }].*.a[1]", json!(2));
        check(
            "[{ a = [{ b = 1 }, { b = 2 }] }, { a = [] }][*].a[*].b",
            json!([[1, 2], []]),
        );
        check("format(\"%f\", 1)", json!("1.000000"));
        check("[5 % 0, -5.5 % 0, 0 % 0]", json!([5, -5.5, 0]));
    }

    #[test]
    fn operators_and_conditionals() {
        check("1 + 2 * 3", json!(7));
        check("7 % 4 == 3 && !false", json!(true));
        check("-(3) < 0 ? \"neg\" : \"pos\"", json!("neg"));
        check("10 / 4", json!(2.5));
        check("var.v != \"y\" || false", json!(true));
    }

    #[test]
    fn collections() {
        check(
            "[for s in local.list : upper(s) if s != \"a\"]",
            json!(["B"]),
        );
        check(
            "{for k, v in local.map : k => v * 10}",
            json!({"one": 10, "two": 20}),
        );
        check(
            "{for s in [\"ax\", \"ay\", \"b\"] : substr(s, 0, 1) => s...}",
            json!({"a": ["ax", "ay"], "b": ["b"]}),
        );
        check("[{n = 1}, {n = 2}][*].n", json!([1, 2]));
        check("local.map[\"one\"]", json!(1));
        check("local.list[1]", json!("b"));
        check("aws_iam_role.r.tags.k", json!("v"));
        check("[aws_iam_role.r.arn]", json!(["arn:r"]));
    }

    #[test]
    fn functions_of_the_language() {
        check(
            "format(\"arn:aws:iam::%s:role/%s\", \"1\", 2)",
            json!("arn:aws:iam::1:role/2"),
        );
        check(
            "jsonencode({ b = [1, true], a = null })",
            json!("{\"a\":null,\"b\":[1,true]}"),
        );
        check(
            "jsonencode(\"<a&b>\")",
            json!("\"\\u003ca\\u0026b\\u003e\""),
        );
        check("join(\"-\", concat([\"a\"], local.list))", json!("a-a-b"));
        check(
            "merge({ a = 1 }, { b = 2 }, { a = 3 })",
            json!({"a": 3, "b": 2}),
        );
        check("try(local.map.nothing, \"fallback\")", json!("fallback"));
        check("can(local.map.nothing)", json!(false));
        check("lookup({ a = 1 }, \"z\", 9)", json!(9));
        check("toset([\"b\", \"a\", \"b\"])", json!(["a", "b"]));
        check("flatten([[1], [2, [3]]])", json!([1, 2, 3]));
        check("keys({ b = 1, a = 2 })", json!(["a", "b"]));
        check("replace(\"a.b\", \".\", \"-\")", json!("a-b"));
        check("coalesce(null, \"\", \"c\")", json!("c"));
    }

    #[test]
    fn what_cannot_be_evaluated_is_named() {
        assert_eq!(
            run("local.nothing"),
            Err("the local value `nothing` is not declared".to_owned())
        );
        assert_eq!(
            run("provider::other::f(\"a\")").map_err(|e| e.split(':').next().unwrap().to_owned()),
            Err("the function `provider".to_owned())
        );
        assert_eq!(
            run("aws_iam_role.r.nothing"),
            Err("aws_iam_role.r: the attribute `nothing` is not supported yet".to_owned())
        );
        assert!(run("local.it").is_err(), "a local that refers to itself");
        let chain = |length: usize, open: &str, close: &str| {
            let link = |i: usize| format!("\n  l{i} = {open}local.l{}{close}", i + 1);
            let chain: String = (0..length).map(link).collect();
            run(&format!("local.l0{chain}\n  l{length} = 1 + \"x\""))
        };
        // However long the way was, the place is that of what is wrong.
        assert_eq!(chain(400, "", ""), Err("`+` needs numbers".to_owned()));
        let levels = "values need each other over more than 2000 levels".to_owned();
        for (open, close) in [("[", "]"), ("{ a = ", "}"), ("\"${", "}\""), ("-(", ")")] {
            let (open, close) = (open.repeat(30), close.repeat(30));
            assert_eq!(chain(200, &open, &close), Err(levels.clone()), "{open}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn never_panics(text in r#"(\[|\]|\{|\}|"a"|1|\+|-|local\.list|local\.map|\.|\*|\?|:|for x in |if |format\(|\)|,| ){0,25}"#) {
            let _ = run(&text);
        }
    }
}
