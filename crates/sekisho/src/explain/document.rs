//! What AWS gives as JSON: CloudTrail events, decoded authorization messages, a client's error, the state of a pipeline.

use serde_json::Value;

use super::Question;
use super::action::action;

/// The documents that a text is: one, or one after the other as `jq -c` prints them. None where it is no JSON.
pub(super) fn of(text: &str) -> Option<Vec<Value>> {
    let documents = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let read: Vec<Value> = documents.collect::<Result<_, _>>().ok()?;
    // A number is a text that says nothing.
    let says = |v: &Value| v.is_object() || v.is_array() || v.is_string();
    (!read.is_empty() && read.iter().all(says)).then_some(read)
}

/// The calls that they tell of, each once.
pub(super) fn questions(documents: &[Value]) -> Result<Vec<Question>, String> {
    let mut read: Vec<Question> = Vec::new();
    let mut failed = None;
    for document in documents {
        match of_one(document) {
            Ok(questions) => {
                for question in questions {
                    if !read.contains(&question) {
                        read.push(question);
                    }
                }
            }
            Err(why) => failed = failed.or(Some(why)),
        }
    }
    match failed {
        Some(why) if read.is_empty() => Err(why),
        _ => Ok(read),
    }
}

fn of_one(value: &Value) -> Result<Vec<Question>, String> {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    // A text within a text is shorter than what it stands in: this ends.
    if let Value::String(inner) = value {
        return Question::read(inner);
    }
    // `aws sts decode-authorization-message` wraps the document in a text, as the console and `aws cloudtrail lookup-events` do
    // with events.
    if let Some(inner) = text("/DecodedMessage").or_else(|| text("/CloudTrailEvent")) {
        let inner: Value = serde_json::from_str(inner)
            .map_err(|e| format!("the document within the document is not JSON: {e}"))?;
        return questions(&[inner]);
    }
    let lists = ["/Records", "/Events"]
        .iter()
        .find_map(|p| value.pointer(p));
    if let Some(records) = lists.unwrap_or(value).as_array() {
        let read = questions(records);
        let none = || "there is no denied event in the document".to_owned();
        return read.ok().filter(|r| !r.is_empty()).ok_or_else(none);
    }
    if let Some(record) = value
        .pointer("/detail")
        .filter(|d| d.get("eventName").is_some())
    {
        return of_one(record);
    }
    if value.get("eventSource").is_some() && value.get("eventName").is_some() {
        return event(value).map(|question| vec![question]);
    }
    if let Some(action) = text("/context/action") {
        let because = match value.get("explicitDeny") {
            Some(Value::Bool(true)) => Some("an explicit deny".to_owned()),
            _ => None,
        };
        let statement = text("/matchedStatements/items/0/statementId");
        return Ok(vec![Question {
            explicit: because.is_some(),
            statement: statement.filter(|sid| !sid.is_empty()).map(str::to_owned),
            said: because.clone(),
            principal: text("/context/principal/arn").map(str::to_owned),
            action: Some(action.to_owned()),
            resource: text("/context/resource").map(str::to_owned),
            because,
            ..Question::default()
        }]);
    }
    if let Some(evaluations) = value.get("evaluations").and_then(Value::as_array) {
        return details(value, evaluations);
    }
    // An error as a client printed it, `get-pipeline-state`, `list-action-executions`: whatever in it tells of a call.
    let mut read = Vec::new();
    messages(value, &mut read);
    if read.is_empty() {
        return Err("the document is no CloudTrail event, no decoded authorization message, and holds no message that tells of a call that was denied".to_owned());
    }
    Ok(read)
}

/// What `aws iam-toolbox get-request-authorization-details` prints: what was denied of all that was asked.
fn details(value: &Value, evaluations: &[Value]) -> Result<Vec<Question>, String> {
    let context = value.get("requestContext").and_then(Value::as_object);
    let mut context = context.into_iter().flatten();
    let principal = context
        .find(|(key, _)| key.eq_ignore_ascii_case("aws:PrincipalArn"))
        .and_then(|(_, arn)| arn.as_str());
    let denied = evaluations.iter().filter_map(|evaluation| {
        let text = |name: &str| evaluation.get(name).and_then(Value::as_str);
        let because = match text("evaluatedEffect")? {
            "EXPLICIT_DENY" => Some("an explicit deny".to_owned()),
            "IMPLICIT_DENY" => None,
            _ => return None,
        };
        Some(Question {
            explicit: because.is_some(),
            said: because.clone(),
            principal: principal.map(str::to_owned),
            action: text("action").map(str::to_owned),
            resource: text("resource")
                .filter(|r| !matches!(*r, "" | "*"))
                .map(str::to_owned),
            because,
            ..Question::default()
        })
    });
    let denied: Vec<Question> = denied.collect();
    if denied.is_empty() {
        return Err("the authorization details tell of nothing that was denied".to_owned());
    }
    Ok(denied)
}

fn messages(value: &Value, read: &mut Vec<Question>) {
    match value {
        Value::String(text) => {
            for question in Question::of_text(text) {
                if !read.contains(&question) {
                    read.push(question);
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|v| messages(v, read)),
        Value::Object(members) => members.values().for_each(|v| messages(v, read)),
        _ => {}
    }
}

/// An event of CloudTrail.
fn event(value: &Value) -> Result<Question, String> {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    let (source, name) = (
        text("/eventSource").unwrap_or_default(),
        text("/eventName").unwrap_or_default(),
    );
    let code = text("/errorCode").unwrap_or_default();
    let denied = ["AccessDenied", "Unauthorized", "NotAuthorized"];
    if !denied.iter().any(|d| code.contains(d)) {
        let said = if code.is_empty() {
            "no error".to_owned()
        } else {
            format!("the error {code}")
        };
        return Err(format!("the event {name} has {said}: it was not denied"));
    }
    let said = text("/errorMessage").map(Question::of_text);
    // What S3 says to other accounts tells of no more than the event does.
    let said = said.into_iter().flatten().find(|q| q.principal.is_some());
    let said = said.unwrap_or_default();
    let service = source.split('.').next().unwrap_or_default();
    let owned = |text: &str| text.to_owned();
    Ok(Question {
        principal: said
            .principal
            .or_else(|| text("/userIdentity/arn").map(owned)),
        action: said.action.or_else(|| Some(action(service, name))),
        resource: said.resource.or_else(|| resource(service, value)),
        ..said
    })
}

/// What an event was about. Of an object its bucket is named beside it, in any order.
fn resource(service: &str, event: &Value) -> Option<String> {
    let given = |name: &str| {
        let value = event.pointer("/requestParameters")?.get(name)?;
        value.as_str()
    };
    let named = match service {
        "s3" => given("bucketName").map(|bucket| match given("key") {
            Some(key) => format!("arn:aws:s3:::{bucket}/{key}"),
            None => format!("arn:aws:s3:::{bucket}"),
        }),
        "sts" => given("roleArn").map(str::to_owned),
        _ => None,
    };
    let listed = event.get("resources").and_then(Value::as_array);
    named.or_else(|| {
        let mut listed = listed?.iter().filter_map(|r| r.get("ARN")?.as_str());
        listed.next().map(str::to_owned)
    })
}
