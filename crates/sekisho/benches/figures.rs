//! The figures that the project is measured by, on the machine at hand, each beside a limit or a peer:
//! `cargo bench -p sekisho --bench figures`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    missing_docs,
    reason = "a bench measures with the machine's clock, prints, and says what it expects by failing"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sekisho_wire::{Credential, hash, signing_key};

const BINARY: &str = env!("CARGO_BIN_EXE_sekisho");
const ACCOUNT: &str = "222222222222";

struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start() -> (Self, Duration) {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let address = format!("127.0.0.1:{port}");
        let began = Instant::now();
        let process = Command::new(BINARY)
            .args(["serve", "--quiet", "--listen", &address])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, address };
        loop {
            if let Ok(mut stream) = TcpStream::connect(&server.address) {
                stream
                    .write_all(b"GET /_sekisho/health HTTP/1.1\r\nhost: x\r\n\r\n")
                    .unwrap();
                if stream.read(&mut [0; 64]).unwrap() > 0 {
                    return (server, began.elapsed());
                }
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))
            .unwrap_or_default();
        let line = status
            .lines()
            .find(|l| l.starts_with("VmRSS"))
            .unwrap_or("VmRSS: 0");
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<f64>()
            .unwrap()
            / 1024.0
    }

    /// Seconds of processor time so far.
    fn cpu(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id()))
            .unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }

    fn request(
        &self,
        service: &str,
        method: &str,
        uri: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        payload: &str,
    ) -> Vec<u8> {
        let seconds = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_millis();
        let now = sekisho_engine::time::iso(seconds as i64).replace(['-', ':'], "");
        let credential = Credential {
            key: ACCOUNT.into(),
            date: now[..8].into(),
            region: "us-east-1".into(),
            service: service.into(),
        };
        let mut all: Vec<(String, String)> = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        all.extend([
            ("host".into(), self.address.clone()),
            ("x-amz-date".into(), now.clone()),
            ("x-amz-content-sha256".into(), payload.into()),
        ]);
        all.sort();
        let names = all
            .iter()
            .map(|(n, _)| n.as_str())
            .collect::<Vec<_>>()
            .join(";");
        let canonical_headers: String = all.iter().map(|(n, v)| format!("{n}:{v}\n")).collect();
        let canonical = format!("{method}\n{uri}\n\n{canonical_headers}\n{names}\n{payload}");
        let text = format!(
            "AWS4-HMAC-SHA256\n{now}\n{}\n{}",
            credential.scope(),
            hash(canonical.as_bytes())
        );
        let signature = hmac(&signing_key("sekisho", &credential), text.as_bytes());
        let mut out = format!(
            "{method} {uri} HTTP/1.1\r\nauthorization: AWS4-HMAC-SHA256 Credential={ACCOUNT}/{}, SignedHeaders={names}, Signature={signature}\r\n",
            credential.scope()
        );
        all.iter()
            .for_each(|(n, v)| out.push_str(&format!("{n}: {v}\r\n")));
        out.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut bytes = out.into_bytes();
        bytes.extend(body);
        bytes
    }

    fn json(&self, service: &str, target: &str, body: &str) -> Vec<u8> {
        let headers = [
            ("x-amz-target", target),
            ("content-type", "application/x-amz-json-1.1"),
        ];
        self.request(
            service,
            "POST",
            "/",
            &headers,
            body.as_bytes(),
            &hash(body.as_bytes()),
        )
    }
}

fn hmac(key: &[u8; 32], text: &[u8]) -> String {
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

/// Reads one answer; returns its status and the length of its body.
fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> (u16, usize) {
    buffer.clear();
    let mut chunk = vec![0; 1 << 20];
    loop {
        let count = stream.read(&mut chunk).unwrap();
        assert!(count > 0, "the server hung up");
        buffer.extend_from_slice(&chunk[..count]);
        if let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            let length = head
                .lines()
                .find_map(|l| l.strip_prefix("content-length: "))
                .map_or(0, |v| v.trim().parse().unwrap());
            let mut have = buffer.len() - end - 4;
            while have < length {
                have += stream.read(&mut chunk).unwrap();
            }
            return (status, length);
        }
    }
}

fn once(server: &Server, request: &[u8]) -> (u16, usize) {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.write_all(request).unwrap();
    read(&mut stream, &mut Vec::new())
}

/// Calls for two seconds over `sockets` connections: calls a second, and calls a second of server processor time.
fn load(server: &Server, request: &[u8], sockets: usize) -> (f64, f64) {
    assert_eq!(once(server, request).0, 200);
    let stop = Arc::new(AtomicBool::new(false));
    let count = Arc::new(AtomicU64::new(0));
    let (began, cpu) = (Instant::now(), server.cpu());
    std::thread::scope(|scope| {
        for _ in 0..sockets {
            scope.spawn(|| {
                let mut stream = TcpStream::connect(&server.address).unwrap();
                stream.set_nodelay(true).unwrap();
                let mut buffer = [0; 16_384];
                while !stop.load(Ordering::Relaxed) {
                    stream.write_all(request).unwrap();
                    // Small answers come in one piece.
                    let length = stream.read(&mut buffer).unwrap();
                    assert!(buffer[..length].starts_with(b"HTTP/1.1 200"));
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(Duration::from_secs(2));
        stop.store(true, Ordering::Relaxed);
    });
    let calls = count.load(Ordering::Relaxed) as f64;
    (
        calls / began.elapsed().as_secs_f64(),
        calls / (server.cpu() - cpu),
    )
}

fn example() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/cross-account-ecr")
}

/// The example, and 500 services beside it: repositories with policies, roles with policies.
fn two_thousand() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(example()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let service = |i: usize| {
        format!(
            r#"
resource "aws_ecr_repository" "r{i}" {{
  provider = aws.pipeline
  name     = format("%s/app-%d", var.name, {i})
}}
resource "aws_iam_role" "x{i}" {{
  provider           = aws.pipeline
  name               = "role-{i}"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "codepipeline.amazonaws.com" }} }}] }})
}}
data "aws_iam_policy_document" "d{i}" {{
  statement {{
    actions = ["ecr:BatchGetImage"]
    principals {{
      type        = "AWS"
      identifiers = [aws_iam_role.x{i}.arn]
    }}
  }}
}}
resource "aws_ecr_repository_policy" "p{i}" {{
  provider   = aws.pipeline
  repository = aws_ecr_repository.r{i}.name
  policy     = data.aws_iam_policy_document.d{i}.json
}}
resource "aws_iam_role_policy" "y{i}" {{
  provider = aws.pipeline
  name     = "p"
  role     = aws_iam_role.x{i}.id
  policy   = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "ecr:*", Resource = aws_ecr_repository.r{i}.arn }}] }})
}}
"#
        )
    };
    let text: String = (0..500).map(service).collect();
    std::fs::write(folder.path().join("services.tf"), text).unwrap();
    folder
}

fn main() {
    let starts: Vec<Duration> = (0..10).map(|_| Server::start().1).collect();
    println!(
        "ready after                 {:>9.1?} (median of 10; goal 50 ms)",
        median(starts)
    );
    let (server, _) = Server::start();
    std::thread::sleep(Duration::from_millis(300));
    println!(
        "resident when idle          {:>9.1} MiB (goal 30)",
        server.resident_mib()
    );
    let runs: Vec<Duration> = (0..10)
        .map(|_| {
            let began = Instant::now();
            let status = Command::new(BINARY)
                .args(["rehearse", "--quiet"])
                .arg(example())
                .stdout(Stdio::null())
                .status();
            assert!(status.unwrap().success());
            began.elapsed()
        })
        .collect();
    println!(
        "the example rehearsed       {:>9.1?} (median of 10, process start included; goal 500 ms)",
        median(runs)
    );

    let many = two_thousand();
    let runs: Vec<Duration> = (0..5)
        .map(|_| {
            let began = Instant::now();
            let status = Command::new(BINARY)
                .args(["rehearse", "--quiet"])
                .arg(many.path())
                .stdout(Stdio::null())
                .status();
            assert!(status.unwrap().success());
            began.elapsed()
        })
        .collect();
    println!(
        "with 2,000 resources more   {:>9.1?} (median of 5; goal 2 s)",
        median(runs)
    );

    once(
        &server,
        &server.json(
            "ecr",
            "AmazonEC2ContainerRegistry_V20150921.CreateRepository",
            "{\"repositoryName\":\"app\"}",
        ),
    );
    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let identity = server.request(
        "sts",
        "POST",
        "/",
        &headers,
        form.as_bytes(),
        &hash(form.as_bytes()),
    );
    let images = server.json(
        "ecr",
        "AmazonEC2ContainerRegistry_V20150921.DescribeImages",
        "{\"repositoryName\":\"app\"}",
    );
    let health = b"GET /_sekisho/health HTTP/1.1\r\nhost: x\r\n\r\n".to_vec();
    for (name, request) in [
        ("GetCallerIdentity", &identity),
        ("ecr:DescribeImages", &images),
        ("health (the HTTP limit)", &health),
    ] {
        for sockets in [1, 64] {
            let (rate, per_core) = load(&server, request, sockets);
            println!(
                "{name:<24} {sockets:>2} {rate:>9.0} calls/s, {per_core:>9.0} a second of server CPU (goal 10,000)"
            );
        }
    }
    println!(
        "resident after the load     {:>9.1} MiB",
        server.resident_mib()
    );
    streams(&server);
}

fn streams(server: &Server) {
    const SIZE: usize = 256 << 20;
    let data: Vec<u8> = (0..SIZE).map(|i| (i * 31 % 251) as u8).collect();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a"), &data).unwrap();
    let copies: Vec<Duration> = (0..3)
        .map(|_| {
            let began = Instant::now();
            std::fs::copy(folder.path().join("a"), folder.path().join("b")).unwrap();
            began.elapsed()
        })
        .collect();
    let copy = median(copies);
    assert_eq!(
        once(
            server,
            &server.request("s3", "PUT", "/bench", &[], b"", &hash(b""))
        )
        .0,
        200
    );
    let kms = [("x-amz-server-side-encryption", "aws:kms")];
    let put_request = server.request("s3", "PUT", "/bench/k", &kms, &data, "UNSIGNED-PAYLOAD");
    let get_request = server.request("s3", "GET", "/bench/k", &[], b"", &hash(b""));
    let timed = |request: &[u8]| {
        median(
            (0..3)
                .map(|_| {
                    let began = Instant::now();
                    assert_eq!(once(server, request).0, 200);
                    began.elapsed()
                })
                .collect(),
        )
    };
    let (put, get) = (timed(&put_request), timed(&get_request));
    let rate = |t: Duration| 256.0 / t.as_secs_f64();
    println!(
        "256 MiB, file copy          {copy:>9.1?} {:>6.0} MiB/s",
        rate(copy)
    );
    println!(
        "256 MiB, S3 put, SSE-KMS    {put:>9.1?} {:>6.0} MiB/s",
        rate(put)
    );
    println!(
        "256 MiB, S3 get, SSE-KMS    {get:>9.1?} {:>6.0} MiB/s",
        rate(get)
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
