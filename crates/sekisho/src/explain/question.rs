//! What a person has in hand: an id, AWS's sentence, a CloudTrail event, or a decoded authorization message.

use serde_json::Value;

/// The call that is asked about, as far as the text says it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Question {
    /// The id of a denial: `D-3F2A1C`.
    pub id: Option<String>,
    /// Who called.
    pub principal: Option<String>,
    /// The IAM action.
    pub action: Option<String>,
    /// The resource.
    pub resource: Option<String>,
    /// Whether AWS tells of a statement that denies.
    pub explicit: bool,
    /// AWS's sentence, as it was given.
    pub said: Option<String>,
    /// What AWS gives as the reason: the part behind `because`, or `with an explicit deny in`.
    pub because: Option<String>,
}

/// The most that is read.
const MAX_TEXT: usize = 1 << 20;

impl Question {
    /// Reads it.
    ///
    /// # Errors
    /// What to give instead, where the text says no call.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_start_matches('\u{feff}');
        if text.len() > MAX_TEXT {
            return Err(
                "the text is longer than a megabyte: give the event or the message alone"
                    .to_owned(),
            );
        }
        if let Some(id) = id(within_brackets(text)) {
            return Ok(Self {
                id: Some(id),
                ..Self::default()
            });
        }
        if let Ok(value) = serde_json::from_str::<Value>(text) {
            return Self::of_json(&value);
        }
        // A terminal may have broken the sentence into lines.
        let one = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(question) = Self::of_sentence(&one) {
            return Ok(question);
        }
        // The AWS CLI and the SDKs say which operation it was.
        let operation = one
            .split_once("calling the ")
            .and_then(|(_, rest)| rest.split_once(" operation"))
            .map(|(name, _)| name)
            .filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric()));
        // S3 says no more than this to other accounts.
        let action = match operation {
            _ if !one.contains("AccessDenied") && !one.contains("Access Denied") => None,
            Some(name) if one.contains("Access Denied") => Some(action("s3", name)),
            Some(name) => Some(format!("*:{name}")),
            None if one.contains("Access Denied") => Some("s3:*".to_owned()),
            None => None,
        };
        if action.is_some() {
            return Ok(Self {
                action,
                said: Some(one),
                ..Self::default()
            });
        }
        let encoded = text.split_whitespace().last().unwrap_or_default();
        if text.contains("Encoded authorization failure message")
            || encoded.len() > 200
                && encoded
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        {
            return Err("only AWS can decode this message: give the output of `aws sts decode-authorization-message --encoded-message <message>`, made in the account that was denied".to_owned());
        }
        Err("this is no id of a denial (D-XXXXXX), no AccessDenied message of AWS (`User: … is not authorized to perform: … on resource: …`), no CloudTrail event and no decoded authorization message".to_owned())
    }

    /// The policy that AWS names as the one that denies.
    pub(super) fn policy(&self) -> Option<&str> {
        let (_, rest) = self.said.as_deref()?.split_once("explicit deny in ")?;
        let (_, arn) = rest.split_once(": ")?;
        arn.split_whitespace()
            .next()
            .filter(|a| a.starts_with("arn:"))
    }

    /// AWS's sentence, with whatever stands around it.
    fn of_sentence(text: &str) -> Option<Self> {
        let word = |after: &str| {
            let (_, rest) = text.split_once(after)?;
            let word = rest.split_whitespace().next()?;
            Some(word.trim_end_matches(['.', ',', '"', '\'']).to_owned())
        };
        let action = word("is not authorized to perform:")
            .or_else(|| word("is not authorized to perform"))?;
        let mut action = action.trim_end_matches(',').to_owned();
        // As CodePipeline says it: `<role> is not authorized to perform AssumeRole on role <role>`.
        if action == "AssumeRole" {
            action = "sts:AssumeRole".to_owned();
        }
        let before = text
            .split_once(" is not authorized to perform")
            .map(|(before, _)| before);
        let named = before.and_then(|b| b.split_whitespace().last());
        let named = named
            .filter(|name| name.starts_with("arn:"))
            .map(str::to_owned);
        let because = ["because ", "with an explicit deny in "]
            .iter()
            .find_map(|after| {
                let (_, rest) = text.split_once(after)?;
                let sentence = rest.split(". ").next().unwrap_or(rest);
                Some(sentence.trim().trim_end_matches('.').to_owned())
            });
        let said = text
            .split_once("User:")
            .map_or(text, |(before, _)| text.get(before.len()..).unwrap_or(text));
        Some(Self {
            id: None,
            explicit: text.contains("explicit deny"),
            said: Some(said.trim().to_owned()),
            principal: word("User:").or(named),
            action: Some(action),
            resource: word("on resource:")
                .or_else(|| word(" on role "))
                .map(|r| r.trim_matches(['*', '"']).to_owned())
                .filter(|r| !r.is_empty()),
            because,
        })
    }

    fn of_json(value: &Value) -> Result<Self, String> {
        let text = |pointer: &str| {
            value
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        // `aws sts decode-authorization-message` wraps the document in a text.
        if let Some(inner) = text("/DecodedMessage") {
            let inner: Value = serde_json::from_str(&inner)
                .map_err(|e| format!("the decoded message is not JSON: {e}"))?;
            return Self::of_json(&inner);
        }
        // The page of the console and `aws cloudtrail lookup-events` wrap the event in a text.
        if let Some(inner) = text("/CloudTrailEvent").or_else(|| text("/Events/0/CloudTrailEvent"))
        {
            let inner: Value =
                serde_json::from_str(&inner).map_err(|e| format!("the event is not JSON: {e}"))?;
            return Self::of_json(&inner);
        }
        let list = value.pointer("/Records").unwrap_or(value);
        if let Some(records) = list.as_array() {
            // The first that was denied.
            let read: Vec<_> = records.iter().map(Self::of_json).collect();
            let none = || Err("there is no denied event in the document".to_owned());
            return read.into_iter().find(Result::is_ok).unwrap_or_else(none);
        }
        if let Some(record) = value.pointer("/detail") {
            return Self::of_json(record);
        }
        // What a client printed of an error.
        let message = ["/message", "/Message", "/errorMessage", "/Error/Message"]
            .iter()
            .find_map(|pointer| text(pointer));
        if let Some(message) = message.filter(|_| value.get("eventName").is_none()) {
            return Self::read(&message);
        }
        if let Some(action) = text("/context/action") {
            let because = match value.get("explicitDeny") {
                Some(Value::Bool(true)) => Some("an explicit deny".to_owned()),
                _ => None,
            };
            return Ok(Self {
                id: None,
                explicit: because.is_some(),
                said: because.clone(),
                principal: text("/context/principal/arn"),
                action: Some(action),
                resource: text("/context/resource"),
                because,
            });
        }
        let (Some(source), Some(name)) = (text("/eventSource"), text("/eventName")) else {
            return Err(
                "the document is no CloudTrail event and no decoded authorization message"
                    .to_owned(),
            );
        };
        let code = text("/errorCode").unwrap_or_default();
        if !(code.contains("AccessDenied")
            || code.contains("Unauthorized")
            || code.contains("NotAuthorized"))
        {
            let said = if code.is_empty() {
                "no error".to_owned()
            } else {
                format!("the error {code}")
            };
            return Err(format!("the event {name} has {said}: it was not denied"));
        }
        let said = text("/errorMessage").and_then(|m| Self::of_sentence(&m));
        let said = said.unwrap_or_default();
        let service = source.split('.').next().unwrap_or_default();
        Ok(Self {
            id: None,
            explicit: said.explicit,
            said: said.said,
            principal: said.principal.or_else(|| text("/userIdentity/arn")),
            action: said.action.or_else(|| Some(action(service, &name))),
            resource: said.resource.or_else(|| text("/resources/0/ARN")),
            because: said.because,
        })
    }
}

/// The IAM action of a service's operation. Those of S3 have names of their own (service authorization reference, "Actions
/// defined by Amazon S3").
fn action(service: &str, operation: &str) -> String {
    let name = match (service, operation) {
        ("s3", "HeadBucket" | "ListObjects" | "ListObjectsV2") => "ListBucket",
        ("s3", "HeadObject") => "GetObject",
        ("s3", "DeleteObjects") => "DeleteObject",
        (
            "s3",
            "CopyObject"
            | "CreateMultipartUpload"
            | "UploadPart"
            | "UploadPartCopy"
            | "CompleteMultipartUpload",
        ) => "PutObject",
        ("s3", "ListParts") => "ListMultipartUploadParts",
        ("s3", "ListMultipartUploads") => "ListBucketMultipartUploads",
        ("s3", "ListObjectVersions") => "ListBucketVersions",
        ("s3", "ListBuckets") => "ListAllMyBuckets",
        _ => operation,
    };
    format!("{service}:{name}")
}

/// `denied[D-3F2A1C]`, `[D-3F2A1C]`: as it is printed.
fn within_brackets(text: &str) -> &str {
    let inner = text
        .strip_prefix("denied")
        .unwrap_or(text)
        .strip_prefix('[')
        .and_then(|t| t.strip_suffix(']'));
    inner.unwrap_or(text)
}

fn id(text: &str) -> Option<String> {
    let digits = text
        .strip_prefix("D-")
        .or_else(|| text.strip_prefix("d-"))?;
    let hex = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    hex.then(|| format!("D-{}", digits.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (String, String, String) {
        let q = Question::read(text).unwrap();
        (
            q.principal.unwrap_or_default(),
            q.action.unwrap_or_default(),
            q.resource.unwrap_or_default(),
        )
    }

    #[test]
    fn what_people_paste() {
        assert_eq!(
            Question::read(" d-3f2a1c\n").unwrap().id.as_deref(),
            Some("D-3F2A1C")
        );
        let expected = (
            "arn:aws:sts::111111111111:assumed-role/r/s".to_owned(),
            "kms:GenerateDataKey".to_owned(),
            "arn:aws:kms:us-east-1:222222222222:key/k".to_owned(),
        );
        let sentence = "User: arn:aws:sts::111111111111:assumed-role/r/s is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:222222222222:key/k because no resource-based policy allows the kms:GenerateDataKey action (Service: Kms, Status Code: 400)";
        assert_eq!(
            read(&format!(
                "An error occurred (AccessDeniedException): {sentence}"
            )),
            expected
        );
        let event = serde_json::json!({"eventSource": "kms.amazonaws.com", "eventName": "GenerateDataKey", "errorCode": "AccessDenied", "errorMessage": sentence});
        assert_eq!(read(&event.to_string()), expected);
        let wrapped = serde_json::json!({"Events": [{"CloudTrailEvent": event.to_string()}]});
        assert_eq!(read(&wrapped.to_string()), expected);
        let decoded = serde_json::json!({"allowed": false, "explicitDeny": false, "context": {"principal": {"arn": expected.0}, "action": expected.1, "resource": expected.2}});
        assert_eq!(
            read(&serde_json::json!({"DecodedMessage": decoded.to_string()}).to_string()),
            expected
        );
        let bare = serde_json::json!({"Records": [{"eventSource": "s3.amazonaws.com", "eventName": "PutObject", "errorCode": "AccessDenied", "userIdentity": {"arn": "arn:x"}, "resources": [{"ARN": "arn:aws:s3:::b/k"}]}]});
        assert_eq!(
            read(&bare.to_string()),
            (
                "arn:x".to_owned(),
                "s3:PutObject".to_owned(),
                "arn:aws:s3:::b/k".to_owned()
            )
        );
    }

    #[test]
    fn what_clients_say_of_an_operation() {
        let action = |text: &str| Question::read(text).unwrap().action.unwrap();
        let check = |text: &str, expected: &str| assert_eq!(action(text), expected, "{text}");
        check(
            "An error occurred (AccessDenied) when calling the HeadObject operation: Access Denied",
            "s3:GetObject",
        );
        check(
            "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
            "s3:PutObject",
        );
        check(
            "An error occurred (AccessDeniedException) when calling the Decrypt operation: The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
            "*:Decrypt",
        );
        check(
            "api error AccessDenied: Access Denied (Service: Amazon S3; Status Code: 403)",
            "s3:*",
        );
    }

    #[test]
    fn what_says_no_call() {
        let check = |text: &str, expected: &str| {
            let said = Question::read(text).unwrap_err();
            assert!(said.contains(expected), "{said}");
        };
        check("hello", "no id of a denial");
        check("AccessDeniedException: no", "no id of a denial");
        check("{}", "no CloudTrail event");
        check(
            r#"{"eventSource": "s3.amazonaws.com", "eventName": "PutObject"}"#,
            "it was not denied",
        );
        check(
            &format!(
                "Encoded authorization failure message: {}",
                "Ab1_".repeat(80)
            ),
            "aws sts decode-authorization-message",
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "(User: |is not authorized to perform: |on resource: |because |D-|\\{|\\}|\"|[a-z:é]){0,20}") {
            let _ = Question::read(&text);
        }
    }
}
