//! What a person has in hand: an id, AWS's sentence, a CloudTrail event, or a decoded authorization message.

use super::action::action;
use super::document;
use super::pasted::paragraphs;

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
    /// Another action that the same sentence may be about, on a resource that it does not name.
    pub or: Option<String>,
    /// Whether the resource is a bucket, and anything in it may be meant.
    pub within: bool,
    /// The `Sid` of the statement that AWS names.
    pub statement: Option<String>,
    /// What AWS gives as the reason: the part behind `because`, or `with an explicit deny in`.
    pub because: Option<String>,
}

/// The most that is read.
const MAX_TEXT: usize = 1 << 20;

impl Question {
    /// Reads it: every call that the text tells of, in its order and each once; at least one.
    ///
    /// # Errors
    /// What to give instead, where the text says no call.
    pub fn read(text: &str) -> Result<Vec<Self>, String> {
        let text = text.trim().trim_start_matches('\u{feff}');
        if text.len() > MAX_TEXT {
            return Err(
                "the text is longer than a megabyte: give the event or the message alone"
                    .to_owned(),
            );
        }
        if let Some(id) = id(within_brackets(text)) {
            return Ok(vec![Self {
                id: Some(id),
                ..Self::default()
            }]);
        }
        if let Some(documents) = document::of(text) {
            return document::questions(&documents);
        }
        let read = Self::of_text(text);
        if !read.is_empty() {
            return Ok(read);
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

    /// What a text says, that is no document; nothing where it tells of no call.
    pub(super) fn of_text(text: &str) -> Vec<Self> {
        let paragraphs = paragraphs(text);
        let mut read: Vec<Self> = Vec::new();
        for paragraph in &paragraphs {
            // Each sentence begins with who called.
            let starts = paragraph.match_indices("User:").map(|(at, _)| at).skip(1);
            let mut from = 0;
            for end in starts.chain([paragraph.len()]) {
                let part = paragraph.get(from..end).unwrap_or_default();
                from = end;
                let question = Self::of_sentence(part)
                    .or_else(|| Self::of_console(part))
                    .or_else(|| Self::of_pipeline(part));
                read.extend(question.filter(|q| !read.contains(q)));
            }
        }
        if read.is_empty() {
            read.extend(Self::of_operation(&paragraphs.join(" ")));
        }
        read
    }

    /// The AWS CLI and the SDKs say which operation it was, where S3 says no more than `Access Denied`.
    fn of_operation(text: &str) -> Option<Self> {
        let operation = text
            .split_once("calling the ")
            .and_then(|(_, rest)| rest.split_once(" operation"))
            .map(|(name, _)| name)
            .filter(|name| name.bytes().all(|b| b.is_ascii_alphanumeric()));
        let action = match operation {
            _ if !text.contains("AccessDenied") && !text.contains("Access Denied") => None,
            Some(name) if text.contains("Access Denied") => Some(action("s3", name)),
            Some(name) => Some(format!("*:{name}")),
            None if text.contains("Access Denied") => Some("s3:*".to_owned()),
            None => None,
        };
        Some(Self {
            action: Some(action?),
            said: Some(text.to_owned()),
            ..Self::default()
        })
    }

    /// What the console shows to be copied: `User:`, `Action:`, `On resource(s):` and `Context:`.
    fn of_console(text: &str) -> Option<Self> {
        let between = |label: &str| {
            let (_, rest) = text.split_once(label)?;
            rest.split_whitespace().next().map(str::to_owned)
        };
        let context = text
            .split_once("Context:")
            .map(|(_, c)| c.trim().to_owned());
        Some(Self {
            principal: Some(between("User:")?),
            action: Some(between("Action:")?),
            resource: between("On resource(s):").filter(|r| r != "*"),
            explicit: text.contains("explicit deny"),
            said: Some(text.to_owned()),
            because: context,
            ..Self::default()
        })
    }

    /// What CodePipeline says of an action that failed (`spec/codepipeline.md` section 12): the resource, and no call.
    fn of_pipeline(text: &str) -> Option<Self> {
        let between = |start: &str, end: char| {
            let (_, rest) = text.split_once(start)?;
            let (name, _) = rest.split_once(end)?;
            Some(name.trim_end_matches('.').to_owned())
        };
        let bucket = |name: String| format!("arn:aws:s3:::{name}");
        let object =
            between("Amazon S3 object key '", '\'').zip(between("artifact bucket '", '\''));
        // The store's objects are read with its key: the sentence is the same for that.
        let or = object.as_ref().map(|_| "kms:Decrypt".to_owned());
        // To the next blank, or the end.
        let named = text.split_once("access the Amazon S3 bucket named ");
        let named = named.and_then(|(_, rest)| rest.split_whitespace().next());
        let named = named.map(str::to_owned);
        let within = named.is_some() && object.is_none();
        let (action, resource) = if let (Some(name), true) = (named, within) {
            // A sentence ends with the name, and an address has dots within.
            ("s3:*", Some(bucket(name.trim_end_matches('.').to_owned())))
        } else if let Some((key, store)) = object {
            ("s3:*", Some(bucket(format!("{store}/{key}"))))
        } else if let Some(object) = between("access the Amazon S3 object: \"", '"') {
            ("s3:*", Some(bucket(object)))
        } else if text.contains("permissions to call s3.putObject") {
            ("s3:PutObject*", None)
        } else if text.contains("permissions required to access the Amazon ECR repository named ")
            || text.contains("sufficient permissions to access ECR")
        {
            ("ecr:DescribeImages", None)
        } else {
            return None;
        };
        Some(Self {
            action: Some(action.to_owned()),
            resource,
            or,
            within,
            said: Some(text.to_owned()),
            ..Self::default()
        })
    }

    /// The policy that AWS names as the one that denies.
    pub(super) fn policy(&self) -> Option<&str> {
        let (_, rest) = self.said.as_deref()?.split_once("explicit deny in ")?;
        let (_, arn) = rest.split_once(": ")?;
        let arn = arn.split_whitespace().next()?;
        Some(arn.trim_end_matches('.')).filter(|a| a.starts_with("arn:"))
    }

    /// AWS's sentence, with whatever stands around it.
    fn of_sentence(text: &str) -> Option<Self> {
        let word = |after: &str| {
            let (_, rest) = text.split_once(after)?;
            let word = rest.split_whitespace().next()?;
            // A cut ARN keeps its dots.
            let end = if word.ends_with("...") {
                &['"'][..]
            } else {
                &['.', ',', '"', '\'']
            };
            Some(word.trim_end_matches(end).to_owned())
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
            or: None,
            within: false,
            statement: None,
            explicit: text.contains("explicit deny"),
            said: Some(said.trim().to_owned()),
            principal: word("User:").or(named),
            action: Some(action),
            resource: of_iam(text)
                .or_else(|| word("on resource:"))
                .or_else(|| word(" on role "))
                .map(|r| r.trim_matches(['*', '"']).to_owned())
                .filter(|r| !r.is_empty()),
            because,
        })
    }
}

/// The resource where IAM names it by its kind and its name (`spec/authorization.md` section 1.1): `role NAME`, `instance profile
/// NAME`. Its path is not said.
fn of_iam(text: &str) -> Option<String> {
    let (before, rest) = text.split_once(" on resource: ")?;
    let account = before.split("arn:aws:").nth(1)?.split(':').nth(2)?;
    let kinds = [
        ("role ", "role"),
        ("user ", "user"),
        ("group ", "group"),
        ("policy ", "policy"),
        ("instance profile ", "instance-profile"),
    ];
    let (name, kind) = kinds
        .iter()
        .find_map(|(said, kind)| Some((rest.strip_prefix(said)?, kind)))?;
    let name = name.split_whitespace().next()?;
    match name.starts_with("arn:") {
        true => Some(name.to_owned()),
        false => Some(format!("arn:aws:iam::{account}:{kind}/{name}")),
    }
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
        let [q] = <[Question; 1]>::try_from(Question::read(text).unwrap()).unwrap();
        (
            q.principal.unwrap_or_default(),
            q.action.unwrap_or_default(),
            q.resource.unwrap_or_default(),
        )
    }

    #[test]
    fn what_people_paste() {
        assert_eq!(
            Question::read(" d-3f2a1c\n").unwrap()[0].id.as_deref(),
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
    fn what_iam_says_and_what_its_toolbox_tells_of_it() {
        let user = "arn:aws:iam::111111111111:user/u";
        let says = |action: &str, resource: &str, why: &str| {
            format!(
                "An error occurred (AccessDenied) when calling the operation: User: {user} is not authorized to perform: {action} on resource: {resource} {why}. Go to https://us-east-1.console.aws.amazon.com/iam/home?region=us-east-1#/authorization-details/abc for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: abc"
            )
        };
        let expected = |action: &str, resource: &str| {
            (
                user.to_owned(),
                action.to_owned(),
                format!("arn:aws:iam::111111111111:{resource}"),
            )
        };
        let silent = says(
            "iam:GetRole",
            "role r",
            "because no identity-based policy allows the iam:GetRole action",
        );
        assert_eq!(read(&silent), expected("iam:GetRole", "role/r"));
        let because = Question::read(&silent).unwrap()[0].because.clone();
        assert_eq!(
            because.as_deref(),
            Some("no identity-based policy allows the iam:GetRole action")
        );
        let policy = "arn:aws:iam::111111111111:policy/ops/no";
        let denied = says(
            "iam:GetInstanceProfile",
            "instance profile p",
            &format!("with an explicit deny in an identity-based policy: {policy}"),
        );
        assert_eq!(
            read(&denied),
            expected("iam:GetInstanceProfile", "instance-profile/p")
        );
        assert_eq!(Question::read(&denied).unwrap()[0].policy(), Some(policy));
        let details = serde_json::json!({
            "requestContext": {"aws:PrincipalARN": user},
            "policies": [],
            "evaluations": [
                {"action": "iam:CreateRole", "resource": "*", "evaluatedEffect": "ALLOW"},
                {"action": "iam:GetRole", "resource": "arn:aws:iam::111111111111:role/r", "evaluatedEffect": "EXPLICIT_DENY"},
            ],
        });
        assert_eq!(
            read(&details.to_string()),
            expected("iam:GetRole", "role/r")
        );
        assert!(Question::read(&details.to_string()).unwrap()[0].explicit);
    }

    #[test]
    fn what_clients_say_of_an_operation() {
        let action = |text: &str| Question::read(text).unwrap()[0].action.clone().unwrap();
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
    fn what_the_console_and_codepipeline_say() {
        let (user, resource) = (
            "arn:aws:sts::111111111111:assumed-role/source/17",
            "arn:aws:ecr:us-east-1:111111111111:repository/team/app",
        );
        let expected = (
            user.to_owned(),
            "ecr:DescribeImages".to_owned(),
            resource.to_owned(),
        );
        let console = format!(
            "Access denied to ecr:DescribeImages\nTo request access, copy this.\n\nUser: {user}\nAction: ecr:DescribeImages\nOn resource(s): {resource}\nContext: no identity-based policy allows the action\n"
        );
        assert_eq!(read(&console), expected);
        let sentence = |user: &str| {
            format!(
                "User: {user} is not authorized to perform: ecr:DescribeImages on resource: {resource}"
            )
        };
        let ticket = format!(
            "> User: `{user}`\n> is not authorized to perform: `ecr:DescribeImages` on resource: `{resource}`\n"
        );
        assert_eq!(read(&ticket), expected);
        let state = serde_json::json!({"stageStates": [{"latestExecution": {"errorDetails": {"code": "PermissionError", "message": sentence(user)}}}, {"latestExecution": {"errorDetails": {"message": sentence(user)}}}]});
        assert_eq!(read(&state.to_string()), expected);
        assert_eq!(
            read(&serde_json::json!(state.to_string()).to_string()),
            expected
        );
        let two = format!(
            "{}\n{}",
            sentence(user),
            sentence("arn:aws:iam::111111111111:user/u")
        );
        assert_eq!(Question::read(&two).unwrap().len(), 2);

        let artifact = "Unable to access the artifact with Amazon S3 object key 'p/i/abc' located in the Amazon S3 artifact bucket 'store'. The provided role does not have sufficient permissions.";
        let said = Question::read(artifact).unwrap();
        assert_eq!(
            said[0].resource.as_deref(),
            Some("arn:aws:s3:::store/p/i/abc")
        );
        assert_eq!(said[0].or.as_deref(), Some("kms:Decrypt"));
    }

    #[test]
    fn what_an_event_is_about() {
        let event = |name: &str| {
            serde_json::json!({"eventSource": "s3.amazonaws.com", "eventName": name, "errorCode": "AccessDenied", "errorMessage": "Access Denied", "userIdentity": {"arn": "arn:x"}, "requestParameters": {"bucketName": "b", "key": "k"}, "resources": [{"ARN": "arn:aws:s3:::b"}, {"ARN": "arn:aws:s3:::b/k"}]}).to_string()
        };
        let of = |name: &str| {
            (
                "arn:x".to_owned(),
                format!("s3:{name}"),
                "arn:aws:s3:::b/k".to_owned(),
            )
        };
        assert_eq!(read(&event("GetObject")), of("GetObject"));
        let lines = format!("{}\n{}\n", event("GetObject"), event("PutObject"));
        assert_eq!(Question::read(&lines).unwrap().len(), 2);
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
        check("[]", "no denied event");
        check("[[[\"x\"]]]", "no denied event");
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
        fn never_panics(text in "(User: |is not authorized to perform: |on resource: |because |Action: |artifact bucket '|D-|arn:|\n|│|\\[|\\{|\\}|\"|[a-z:é]){0,20}") {
            let _ = Question::read(&text);
        }
    }
}
