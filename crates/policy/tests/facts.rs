//! The facts of `spec/conditions.md` that the case files do not name, one by one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

use sekisho_policy::{Context, Document, Effect};
use serde_json::{Value, json};

/// Whether a condition on `k` holds, in an Allow and in a Deny. `value`: null for an absent key, a string, or a list.
fn holds(operator: &str, operands: Value, value: &Value) -> (bool, bool) {
    let text = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {"k": operands}}}});
    let document: Document = text.to_string().parse().unwrap();
    let condition = &document.statements()[0].conditions[0];
    let mut context = Context::new();
    context.set_list("list", vec!["a".into()]);
    context.set("bad", "not-an-arn");
    match value {
        Value::Null => {}
        Value::Array(list) => context.set_list(
            "k",
            list.iter()
                .map(|v| v.as_str().unwrap().to_owned())
                .collect(),
        ),
        other => context.set("k", other.as_str().unwrap()),
    }
    (
        condition.holds(&context, Effect::Allow),
        condition.holds(&context, Effect::Deny),
    )
}

#[track_caller]
fn same(fact: u32, operator: &str, operands: Value, value: Value, expected: bool) {
    assert_eq!(
        holds(operator, operands.clone(), &value),
        (expected, expected),
        "fact {fact}: {operator} {operands} of {value}"
    );
}

#[test]
fn sets_and_presence() {
    same(2, "StringNotEquals", json!("team"), Value::Null, true);
    same(2, "StringEqualsIfExists", json!("team"), Value::Null, true);
    same(2, "StringEquals", json!("team"), Value::Null, false);
    same(6, "Null", json!("TRUE"), Value::Null, true);
    same(6, "Null", json!("yes"), Value::Null, false);
    same(6, "Null", json!("yes"), json!(""), true);
    same(7, "StringEquals", json!("${list, 'a'}"), json!("a"), false);
    same(
        7,
        "StringNotEquals",
        json!("${list, 'a'}"),
        json!("a"),
        true,
    );
}

#[test]
fn arns() {
    let user = json!("arn:aws:iam::111111111111:user/u");
    let (users, roles) = ("arn:aws:iam::*:user/*", "arn:aws:iam::*:role/*");
    same(13, "ArnLike", json!("bad"), json!("not-an-arn"), false);
    same(13, "ArnNotLike", json!(users), json!("not-an-arn"), false);
    for operator in ["ArnLike", "ArnNotLike"] {
        for operand in [
            json!("bad"),
            json!("${bad}"),
            json!(["bad", users]),
            json!(["bad", roles]),
            json!([roles, "bad"]),
        ] {
            assert_eq!(
                holds(operator, operand.clone(), &user),
                (false, true),
                "facts 14 and 15: {operator} {operand}"
            );
        }
    }
    for operand in [
        "arn:aws:iam",
        "arn:aws",
        "urn:aws:iam::111111111111:user/u",
        "*",
    ] {
        assert_eq!(
            holds("ArnLike", json!(operand), &user),
            (false, true),
            "fact 14: {operand}"
        );
    }
    same(15, "ArnLike", json!([users, "bad"]), user.clone(), true);
    same(15, "ArnNotLike", json!([users, "bad"]), user, false);
}

#[test]
fn strings() {
    let equal = |a: &str, b: &str, expected: bool, fact| {
        same(fact, "StringEqualsIgnoreCase", json!(a), json!(b), expected)
    };
    for (a, b) in [("K", "\u{212a}"), ("ß", "ẞ"), ("É", "é"), ("İ", "i\u{307}")] {
        equal(a, b, true, 17);
    }
    for (a, b) in [("s", "ſ"), ("ß", "SS"), ("Σ", "ς"), ("I", "ı"), ("i", "İ")] {
        equal(a, b, false, 17);
    }
    for (a, b, same) in [
        ("ΟΣ", "ος", true),
        ("ΟΣ", "οσ", false),
        ("ΟΣΑ", "οσα", true),
        ("Σ", "σ", true),
        ("AΣ\u{10400}", "aσ\u{10400}", true),
        ("\u{10400}Σ", "\u{10400}ς", true),
        ("\u{10400}", "\u{10428}", false),
    ] {
        equal(a, b, same, 18);
    }
    equal("é", "e\u{301}", false, 19);
    let like = |pattern: &str, text: &str, expected: bool, fact| {
        same(fact, "StringLike", json!(pattern), json!(text), expected)
    };
    for (pattern, matches) in [
        ("?", false),
        ("??", true),
        ("*?", true),
        ("?*", true),
        ("\u{10400}", true),
    ] {
        like(pattern, "\u{10400}", matches, 20);
    }
    like("a*b", "a\n/:b", true, 21);
    like("a?b", "a\nb", true, 21);
    like("[ab]", "a", false, 21);
    like("[ab]", "[ab]", true, 21);
    like("a\\*b", "a*b", false, 21);
}

#[test]
fn addresses() {
    let within = |net: &str, address: &str, expected: bool, fact| {
        same(fact, "IpAddress", json!(net), json!(address), expected)
    };
    within("192.0.2.5/24", "192.0.2.1", true, 22);
    within("2001:db8::5/64", "2001:db8::5", false, 22);
    within("2001:db8::1/0", "2001:db8::1", false, 22);
    within("2001:db8::4/127", "2001:db8::4", true, 22);
    for net in ["192.000.002.0/24", "192.0.2.0/024", "192.0.2.0/+24"] {
        within(net, "192.0.2.1", true, 23);
    }
    for address in ["192.0.513", "3221225985", "192.0.2.1/32"] {
        within("0.0.0.0/0", address, false, 23);
    }
    for address in ["::ffff:192.0.2.1", "::FFFF:c000:201"] {
        within("192.0.2.0/24", address, true, 24);
        within("::/0", address, false, 24);
    }
    within("::ffff:c000:200/120", "::ffff:c000:201", false, 24);
    within("::/0", "192.0.2.1", false, 24);
    within("192.0.2.0/0", "2001:db8::1", false, 24);
    for address in ["2001:db8::192.0.2.1", "::192.0.2.1"] {
        within("::/0", address, false, 25);
    }
    within("2001:db8::192.0.2.0/120", "2001:db8::c000:201", false, 25);
    within("2001:db8::1", "2001:db8:::1", true, 26);
    within("2001:db8::1", "2001:db8::1:", true, 26);
    within("::/0", ":::", true, 26);
    within("2001:db8::1", ":2001:db8::1", false, 26);
    within("0:2001:db8::1", ":2001:db8::1", true, 26);
    for address in [
        "2001::::1",
        "2001::db8::1",
        "[2001:db8::1]",
        "fe80::1%eth0",
        " 2001:db8::1",
    ] {
        within("::/0", address, false, 26);
    }
    same(
        27,
        "StringEquals",
        json!("2001:db8::1"),
        json!("2001:0db8::1"),
        false,
    );
    same(
        28,
        "IpAddress",
        json!(["none", "192.0.2.0/24"]),
        json!("192.0.2.1"),
        true,
    );
    same(
        28,
        "NotIpAddress",
        json!(["none", "192.0.2.0/24"]),
        json!("10.0.0.1"),
        true,
    );
}
