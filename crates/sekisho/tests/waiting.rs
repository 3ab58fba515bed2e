//! What only time brings about.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what it expects by failing"
)]

use std::sync::Arc;

use sekisho_engine::{Call, Caller, Engine, FixedClock, Origin, RequestInfo};
use serde_json::{Value, json};

const ACCOUNT: &str = "222222222222";
const DAY_MS: i64 = 86_400_000;

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
    let clock = Arc::new(FixedClock::new(1_790_000_000_000));
    let setup = sekisho::registry::Setup {
        seed: Some(1),
        clock: Some(Arc::<FixedClock>::clone(&clock)),
        ..sekisho::registry::Setup::default()
    };
    let engine = sekisho::engine(setup).unwrap();
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
