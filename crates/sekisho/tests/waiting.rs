//! What only time brings about.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

use std::path::Path;
use std::sync::Arc;

use sekisho::rehearse::{Options, rehearse};
use sekisho_engine::{Call, Caller, Engine, FixedClock, Origin, RequestInfo};
use serde_json::{Value, json};

const ACCOUNT: &str = "222222222222";
const DAY_MS: i64 = 86_400_000;

/// An engine, and the clock that it goes by.
fn engine() -> (Engine, Arc<FixedClock>) {
    let clock = Arc::new(FixedClock::new(1_790_000_000_000));
    let setup = sekisho::registry::Setup {
        seed: Some(1),
        clock: Some(Arc::<FixedClock>::clone(&clock)),
        ..sekisho::registry::Setup::default()
    };
    (sekisho::engine(setup).unwrap(), clock)
}

fn call(
    engine: &Engine,
    region: &str,
    operation: &str,
    input: Value,
) -> Result<Value, (String, String)> {
    let call = Call {
        caller: Caller::root(ACCOUNT),
        service: "kms".to_owned(),
        operation: operation.to_owned(),
        input,
        origin: Origin::external(RequestInfo {
            region: region.to_owned(),
            secure: true,
            ..RequestInfo::default()
        }),
    };
    let reply = engine.call(call, None);
    reply.map(|r| r.output).map_err(|e| (e.code, e.message))
}

/// A primary key waits for its replicas, and then its own time (KMS developer guide, "Deleting multi-Region keys"; what came of
/// it is recorded, radkawar/stackd kms/multi_region, `cleanup_followup`).
#[test]
fn a_primary_key_goes_after_its_replicas() {
    let (engine, clock) = engine();
    let (east, west) = ("us-east-1", "us-west-2");
    let made = call(&engine, east, "CreateKey", json!({"MultiRegion": true})).unwrap();
    let id = made["KeyMetadata"]["KeyId"].as_str().unwrap();
    let replica = json!({"KeyId": id, "ReplicaRegion": west});
    call(&engine, east, "ReplicateKey", replica).unwrap();
    let state = |region: &str| {
        let found = call(&engine, region, "DescribeKey", json!({"KeyId": id}));
        found.map(|f| f["KeyMetadata"]["KeyState"].as_str().unwrap().to_owned())
    };
    let delete = |days: i64| json!({"KeyId": id, "PendingWindowInDays": days});
    call(&engine, east, "ScheduleKeyDeletion", delete(10)).unwrap();
    assert_eq!(state(east).unwrap(), "PendingReplicaDeletion");
    clock.advance(30 * DAY_MS);
    assert_eq!(state(east).unwrap(), "PendingReplicaDeletion");
    call(&engine, west, "ScheduleKeyDeletion", delete(7)).unwrap();
    clock.advance(7 * DAY_MS);
    assert_eq!(state(west).unwrap_err().0, "NotFoundException");
    let primary = call(&engine, east, "DescribeKey", json!({"KeyId": id})).unwrap();
    let primary = &primary["KeyMetadata"];
    assert_eq!(primary["KeyState"], "PendingDeletion");
    let configuration = &primary["MultiRegionConfiguration"];
    assert_eq!(configuration["ReplicaKeys"], json!([]));
    clock.advance(10 * DAY_MS - 60_000);
    assert_eq!(state(east).unwrap(), "PendingDeletion");
    clock.advance(60_000);
    assert_eq!(state(east).unwrap_err().0, "NotFoundException");
}

/// What a deleted key had goes with it, and does not come back with the next one of the same ARN (KMS API reference,
/// ScheduleKeyDeletion).
#[test]
fn grants_and_names_go_with_their_key() {
    let (engine, clock) = engine();
    let (east, west) = ("us-east-1", "us-west-2");
    let made = call(&engine, east, "CreateKey", json!({"MultiRegion": true})).unwrap();
    let id = made["KeyMetadata"]["KeyId"].as_str().unwrap();
    let replicate = || {
        let input = json!({"KeyId": id, "ReplicaRegion": west});
        call(&engine, east, "ReplicateKey", input).unwrap();
    };
    let list = |operation: &str, member: &str| {
        let input = match operation {
            "ListGrants" => json!({"KeyId": id}),
            _ => json!({}),
        };
        let found = call(&engine, west, operation, input).unwrap();
        found[member].as_array().unwrap().len()
    };
    let all = || {
        [
            ("ListKeys", "Keys"),
            ("ListAliases", "Aliases"),
            ("ListGrants", "Grants"),
        ]
        .map(|(operation, member)| list(operation, member))
    };
    replicate();
    let grant = json!({"KeyId": id, "GranteePrincipal": format!("arn:aws:iam::{ACCOUNT}:root"), "Operations": ["Encrypt"]});
    call(&engine, west, "CreateGrant", grant).unwrap();
    let alias = json!({"AliasName": "alias/old", "TargetKeyId": id});
    call(&engine, west, "CreateAlias", alias).unwrap();
    assert_eq!(all(), [1, 1, 1]);
    let delete = json!({"KeyId": id, "PendingWindowInDays": 7});
    call(&engine, west, "ScheduleKeyDeletion", delete).unwrap();
    assert_eq!(list("ListAliases", "Aliases"), 1);
    clock.advance(7 * DAY_MS);
    assert_eq!(
        [list("ListKeys", "Keys"), list("ListAliases", "Aliases")],
        [0, 0]
    );
    // The name is free for another key.
    let other = call(&engine, west, "CreateKey", json!({})).unwrap();
    let other = &other["KeyMetadata"]["KeyId"];
    let alias = json!({"AliasName": "alias/old", "TargetKeyId": other});
    call(&engine, west, "CreateAlias", alias).unwrap();
    replicate();
    assert_eq!(all(), [2, 1, 0]);
}

/// Whatever else the machine does: two pipelines are followed one after the other.
#[test]
fn the_same_seed_gives_the_same_ids() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/for-each-accounts");
    let ids = |_| {
        let outcome = rehearse(&Options::new(&directory), &mut |_| {}).unwrap();
        let runs = outcome.pipelines.iter();
        let executions = runs.filter_map(|run| run.execution.as_ref());
        let ids = executions.map(|e| {
            let attempts = e.attempts.iter().map(|a| a.id.clone());
            (e.id.clone(), attempts.collect::<Vec<_>>())
        });
        ids.collect::<Vec<_>>()
    };
    let all: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|i| scope.spawn(move || ids(i))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(all[0].len(), 2);
    assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
}
