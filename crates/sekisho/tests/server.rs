//! Bad input over real sockets: a clear AWS error each, the server goes on, nothing is half-written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use sekisho::rehearse::Client;
use sekisho_engine::Engine;
use sekisho_server::Server;
use sekisho_wire::{Credential, hash, signing_key};
use serde_json::json;
use tokio::sync::oneshot;

const B: &str = "222222222222";

struct World {
    address: SocketAddr,
    engine: Arc<Engine>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        let _ = self.thread.take().unwrap().join();
    }
}

fn world() -> World {
    let engine = Arc::new(sekisho::engine(sekisho::registry::Setup::default()).unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    let served = Arc::clone(&engine);
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let server = Server::bind("127.0.0.1:0".parse().unwrap(), served, "us-east-1")
                .await
                .unwrap();
            tell.send(server.address().unwrap()).unwrap();
            server.run(async { stopped.await.unwrap_or(()) }).await;
        });
    });
    World {
        address: told.recv().unwrap(),
        engine,
        stop: Some(stop),
        thread: Some(thread),
    }
}

struct Reply {
    status: u16,
    body: String,
}

impl World {
    fn send(&self, bytes: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        // A server that has heard enough may close before everything is written.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let status = text
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .unwrap_or(0);
        let body = text
            .split_once("\r\n\r\n")
            .map(|(_, b)| b.to_owned())
            .unwrap_or_default();
        Reply { status, body }
    }

    /// A signed request; the signer here shares no code with the verifier but for the key derivation.
    fn signed(
        &self,
        service: &str,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<u8> {
        self.signed_with(service, method, uri, headers, body, &hash(body))
    }

    fn signed_with(
        &self,
        service: &str,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        payload: &str,
    ) -> Vec<u8> {
        let now = sekisho_engine::time::iso(self.engine.clock().now_ms()).replace(['-', ':'], "");
        let credential = Credential {
            key: B.into(),
            date: now[..8].into(),
            region: "us-east-1".into(),
            service: service.into(),
        };
        let host = self.address.to_string();
        let mut all: Vec<(String, String)> = headers
            .iter()
            .map(|(n, v)| (n.to_lowercase(), (*v).to_owned()))
            .collect();
        all.push(("host".into(), host));
        all.push(("x-amz-date".into(), now.clone()));
        all.push(("x-amz-content-sha256".into(), payload.into()));
        all.sort();
        let names: Vec<&str> = all.iter().map(|(n, _)| n.as_str()).collect();
        let canonical_headers: String = all.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let query = if query.is_empty() || query.contains('=') {
            query.to_owned()
        } else {
            format!("{query}=")
        };
        let canonical = format!(
            "{method}\n{path}\n{query}\n{canonical_headers}\n{}\n{payload}",
            names.join(";")
        );
        let text = format!(
            "AWS4-HMAC-SHA256\n{now}\n{}\n{}",
            credential.scope(),
            hash(canonical.as_bytes())
        );
        let signature = hmac_hex(&signing_key("sekisho", &credential), text.as_bytes());
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={B}/{}, SignedHeaders={}, Signature={signature}",
            credential.scope(),
            names.join(";")
        );
        let mut out = format!(
            "{method} {uri} HTTP/1.1\r\nauthorization: {authorization}\r\nconnection: close\r\n"
        );
        for (name, value) in &all {
            out.push_str(&format!("{name}: {value}\r\n"));
        }
        if !headers
            .iter()
            .any(|(n, _)| n.eq_ignore_ascii_case("content-length"))
        {
            out.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        out.push_str("\r\n");
        let mut bytes = out.into_bytes();
        bytes.extend(body);
        bytes
    }

    fn json(&self, service: &str, target: &str, body: &[u8]) -> Reply {
        let headers = [
            ("x-amz-target", target),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        self.send(&self.signed(service, "POST", "/", &headers, body))
    }

    #[track_caller]
    fn expect(&self, reply: &Reply, status: u16, part: &str) {
        assert_eq!(reply.status, status, "{}", reply.body);
        assert!(reply.body.contains(part), "{}", reply.body);
        let health =
            self.send(b"GET /_sekisho/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        assert_eq!(health.status, 200, "the server does not go on");
    }

    fn client(&self) -> Client {
        Client::root(&self.engine, B, "us-east-1")
    }
}

/// HMAC-SHA256 from its definition.
fn hmac_hex(key: &[u8; 32], text: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let pad = |byte: u8| -> Vec<u8> {
        key.iter()
            .copied()
            .chain([0; 32])
            .map(|k| k ^ byte)
            .collect()
    };
    let inner = Sha256::digest([pad(0x36), text.to_vec()].concat());
    hex::encode(Sha256::digest([pad(0x5c), inner.to_vec()].concat()))
}

#[test]
fn a_good_request_passes() {
    let w = world();
    let r = w.json("kms", "TrentService.ListKeys", b"{}");
    w.expect(&r, 200, "\"Keys\":[]");
    let r = w.send(&w.signed(
        "sts",
        "POST",
        "/",
        &[("content-type", "application/x-www-form-urlencoded")],
        b"Action=GetCallerIdentity&Version=2011-06-15",
    ));
    w.expect(&r, 200, "<Arn>arn:aws:iam::222222222222:root</Arn>");
}

#[test]
fn malformed_bodies() {
    let w = world();
    for body in [
        &b"{"[..],
        b"[]",
        b"\xff\xfe",
        b"null",
        "[".repeat(100_000).as_bytes(),
    ] {
        w.expect(
            &w.json("kms", "TrentService.ListKeys", body),
            400,
            "SerializationException",
        );
    }
    let r = w.json(
        "kms",
        "TrentService.Encrypt",
        br#"{"KeyId": 7, "Plaintext": "eA=="}"#,
    );
    w.expect(&r, 400, "SerializationException");
    w.expect(
        &w.json("kms", "TrentService.Encrypt", b"{}"),
        400,
        "2 validation errors detected",
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let r = w.send(&w.signed(
        "iam",
        "POST",
        "/",
        &form,
        b"Action=CreateRole&MaxSessionDuration=soon",
    ));
    w.expect(&r, 400, "<Code>MalformedInput</Code>");
    w.client()
        .call("s3", "CreateBucket", json!({"Bucket": "bucket"}))
        .unwrap();
    for body in [
        &b"<Tagging>"[..],
        b"<a><b></a>",
        b"nothing",
        b"<!DOCTYPE x [<!ENTITY y 'z'>]><Tagging/>",
        "<a>".repeat(100_000).as_bytes(),
    ] {
        w.expect(
            &w.send(&w.signed("s3", "PUT", "/bucket?tagging", &[], body)),
            400,
            "<Code>MalformedXML</Code>",
        );
    }
}

#[test]
fn unknown_operations() {
    let w = world();
    w.expect(
        &w.json("kms", "TrentService.MakeCoffee", b"{}"),
        404,
        "UnknownOperationException",
    );
    w.expect(
        &w.json("dynamodb", "DynamoDB_20120810.ListTables", b"{}"),
        404,
        r#"{"__type":"UnknownOperationException","message":"sekisho has no service dynamodb"}"#,
    );
    // Each in the form in which its clients read errors.
    let query = [("content-type", "application/x-www-form-urlencoded")];
    for (service, said) in [
        (
            "ec2",
            "<Response><Errors><Error><Code>UnknownOperationException</Code><Message>sekisho has no service ec2<",
        ),
        (
            "sns",
            "<ErrorResponse><Error><Type>Sender</Type><Code>UnknownOperationException</Code><Message>sekisho has no service sns<",
        ),
    ] {
        let body = b"Action=List&Version=2016-11-15";
        w.expect(
            &w.send(&w.signed(service, "POST", "/", &query, body)),
            404,
            said,
        );
    }
    w.expect(
        &w.json("kms", "TrentService.CreateCustomKeyStore", b"{}"),
        501,
        "kms:CreateCustomKeyStore is not supported by sekisho yet",
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    w.expect(
        &w.send(&w.signed("iam", "POST", "/", &form, b"Action=MakeCoffee")),
        400,
        "<Code>InvalidAction</Code>",
    );
    w.expect(
        &w.send(&w.signed("s3", "PATCH", "/bucket", &[], b"")),
        405,
        "<Code>MethodNotAllowed</Code>",
    );
    let json10 = [
        ("x-amz-target", "TrentService.ListKeys"),
        ("content-type", "application/x-amz-json-1.0"),
    ];
    w.expect(
        &w.send(&w.signed("kms", "POST", "/", &json10, b"{}")),
        404,
        "UnknownOperationException",
    );
}

#[test]
fn signatures() {
    let w = world();
    let target = [
        ("x-amz-target", "TrentService.ListKeys"),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    let good = String::from_utf8(w.signed("kms", "POST", "/", &target, b"{}")).unwrap();
    let send = |text: String| w.send(text.as_bytes());
    w.expect(
        &send(good.replace("Signature=", "Signature=0")),
        400,
        "InvalidSignatureException",
    );
    w.expect(
        &send(good.replace("Credential=222222222222", "Credential=AKIANOBODYNOBODYNOBO")),
        400,
        "UnrecognizedClientException",
    );
    w.expect(
        &send(good.replace("SignedHeaders", "Headers")),
        400,
        "IncompleteSignatureException",
    );
    w.expect(
        &send(good.replace("authorization: AWS4-HMAC-SHA256", "authorization: AWS3")),
        400,
        "IncompleteSignatureException",
    );
    w.expect(
        &send(good.replace("\r\n\r\n{}", "\r\n\r\n[]")),
        400,
        "InvalidSignatureException",
    );
    w.expect(
        &send(good.replace("authorization:", "x-other:")),
        400,
        "MissingAuthenticationTokenException",
    );
    let old = good.split("x-amz-date: ").nth(1).unwrap()[..16].to_owned();
    w.expect(
        &send(good.replace(&old, "20200101T000000Z")),
        400,
        "InvalidSignatureException",
    );
    // A token that does not belong to the key is no better than none.
    w.expect(
        &send(good.replace(
            "connection: close",
            "connection: close\r\nx-amz-security-token: t",
        )),
        400,
        "UnrecognizedClientException",
    );
}

#[test]
fn ten_mebibytes_of_headers() {
    let w = world();
    let mut request = b"GET / HTTP/1.1\r\nhost: x\r\n".to_vec();
    for index in 0..10 * 1024 {
        request.extend(format!("x-{index}: {}\r\n", "y".repeat(1_000)).as_bytes());
    }
    request.extend(b"\r\n");
    let reply = w.send(&request);
    w.expect(&reply, 400, "<Code>RequestHeaderSectionTooLarge</Code>");
    let health = w.send(b"GET /_sekisho/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    assert_eq!(health.status, 200);
    for garbage in [
        &b"\x00\x01\x02\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
    ] {
        let reply = w.send(garbage);
        w.expect(&reply, 400, "<Code>BadRequest</Code>");
    }
    assert_eq!(
        w.send(b"GET /_sekisho/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .status,
        200
    );
}

#[test]
fn bodies_cut_off_half_way_leave_nothing() {
    let w = world();
    let client = w.client();
    client
        .call("s3", "CreateBucket", json!({"Bucket": "bucket"}))
        .unwrap();
    let absent = |key: &str| {
        let error = client
            .call("s3", "HeadObject", json!({"Bucket": "bucket", "Key": key}))
            .unwrap_err();
        assert_eq!(error.code, "NoSuchKey");
    };
    // Half of what Content-Length says, then the connection ends.
    let whole = w.signed_with(
        "s3",
        "PUT",
        "/bucket/half",
        &[("content-length", "1000000")],
        &[7; 500_000],
        "UNSIGNED-PAYLOAD",
    );
    let mut stream = TcpStream::connect(w.address).unwrap();
    stream.write_all(&whole).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(
        answer.is_empty()
            || answer.contains("IncompleteBody")
            || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
    absent("half");
    // A body that is not the one that was hashed.
    let r = w.send(&w.signed_with(
        "s3",
        "PUT",
        "/bucket/other",
        &[],
        b"tampered",
        &hash(b"original"),
    ));
    w.expect(&r, 400, "XAmzContentSHA256Mismatch");
    absent("other");
    // An aws-chunked body that ends early, and one that is no such thing.
    let framing = [
        ("x-amz-decoded-content-length", "10"),
        ("content-encoding", "aws-chunked"),
    ];
    for body in [
        &b"5\r\nhello\r\n"[..],
        b"zz\r\n",
        b"5\r\nhello\r\n0\r\n\r\n",
    ] {
        let r = w.send(&w.signed_with(
            "s3",
            "PUT",
            "/bucket/chunked",
            &framing,
            body,
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        ));
        assert_eq!(r.status, 400, "{}", r.body);
        absent("chunked");
    }
    let good = w.send(&w.signed_with(
        "s3",
        "PUT",
        "/bucket/chunked",
        &framing,
        b"5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    ));
    w.expect(&good, 200, "");
    let got = w.send(&w.signed(
        "s3",
        "GET",
        "/bucket/chunked",
        &[("range", "bytes=3-6")],
        b"",
    ));
    w.expect(&got, 206, "lowo");
    for range in ["bytes=90-", "bytes=10-10"] {
        w.expect(
            &w.send(&w.signed("s3", "GET", "/bucket/chunked", &[("range", range)], b"")),
            416,
            "InvalidRange",
        );
    }
}

#[test]
fn a_denial_is_known_before_the_body_is_read() {
    let w = world();
    let other = Client::root(&w.engine, "111111111111", "us-east-1");
    other
        .call("s3", "CreateBucket", json!({"Bucket": "theirs"}))
        .unwrap();
    // The body never comes; the answer does.
    let head = w.signed_with(
        "s3",
        "PUT",
        "/theirs/key",
        &[("content-length", "5000000000")],
        b"",
        "UNSIGNED-PAYLOAD",
    );
    let mut stream = TcpStream::connect(w.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream.write_all(&head).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 403");
}

#[test]
fn the_registry_refuses_what_it_should() {
    let w = world();
    let a = w.client();
    a.call(
        "ecr",
        "CreateRepository",
        json!({"repositoryName": "team/app"}),
    )
    .unwrap();
    let r = w.send(
        b"GET /v2/team/app/manifests/latest HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    );
    w.expect(&r, 401, "Not Authorized\n");
    let token = a.call("ecr", "GetAuthorizationToken", json!({})).unwrap();
    let basic = token["authorizationData"][0]["authorizationToken"]
        .as_str()
        .unwrap()
        .to_owned();
    let ask = |method: &str, path: &str, body: &str| {
        w.send(format!("{method} /v2/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Basic {basic}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes())
    };
    w.expect(&ask("GET", "", ""), 200, "{}");
    w.expect(
        &ask("GET", "team/app/manifests/latest", ""),
        404,
        "MANIFEST_UNKNOWN",
    );
    w.expect(
        &ask("GET", "none/manifests/latest", ""),
        404,
        "NAME_UNKNOWN",
    );
    w.expect(
        &ask(
            "GET",
            &format!("team/app/blobs/sha256:{}", "0".repeat(64)),
            "",
        ),
        404,
        "BLOB_UNKNOWN",
    );
    w.expect(
        &ask("PUT", "team/app/manifests/latest", "{"),
        400,
        "MANIFEST_INVALID",
    );
    w.expect(
        &ask(
            "POST",
            &format!("team/app/blobs/uploads/?digest=sha256:{}", "0".repeat(64)),
            "hello",
        ),
        400,
        "DIGEST_INVALID",
    );
    w.expect(
        &ask(
            "PATCH",
            "team/app/blobs/uploads/00000000-0000-0000-0000-000000000000",
            "x",
        ),
        404,
        "BLOB_UPLOAD_UNKNOWN",
    );
    let digest = format!("sha256:{}", hash(b"hello"));
    w.expect(
        &ask(
            "POST",
            &format!("team/app/blobs/uploads/?digest={digest}"),
            "hello",
        ),
        201,
        "",
    );
    w.expect(
        &ask("GET", &format!("team/app/blobs/{digest}"), ""),
        200,
        "hello",
    );
    w.expect(
        &ask("GET", "team/app/tags/list", ""),
        200,
        "{\"name\":\"team/app\",\"tags\":[]}",
    );
    // Another repository of the registry takes the layer over; the bytes do not travel.
    a.call(
        "ecr",
        "CreateRepository",
        json!({"repositoryName": "team/other"}),
    )
    .unwrap();
    w.expect(
        &ask(
            "POST",
            &format!("team/other/blobs/uploads/?mount={digest}&from=team/app"),
            "",
        ),
        201,
        "",
    );
    w.expect(
        &ask("GET", &format!("team/other/blobs/{digest}"), ""),
        200,
        "hello",
    );
    w.expect(
        &ask(
            "POST",
            &format!(
                "team/other/blobs/uploads/?mount=sha256:{}&from=team/app",
                "1".repeat(64)
            ),
            "",
        ),
        202,
        "",
    );
    let forged = basic.replace(&basic[basic.len() - 8..], "AAAAAAA=");
    let r = w.send(format!("GET /v2/ HTTP/1.1\r\nhost: x\r\nauthorization: Basic {forged}\r\nconnection: close\r\n\r\n").as_bytes());
    w.expect(&r, 401, "Not Authorized");
}
