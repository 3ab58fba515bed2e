//! Bytes become a question and documents; the evaluator and the reference agree.

#![no_main]
#![allow(dead_code)]

use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[path = "../../tests/reference/mod.rs"]
mod reference;

use reference::agree::disagreement;
use reference::generate::{layers, question};

fuzz_target!(|bytes: &[u8]| {
    let rng = TestRng::from_seed(RngAlgorithm::PassThrough, &seed(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let Ok(tree) = (question(), layers()).new_tree(&mut runner) else {
        return;
    };
    let (question, layers) = tree.current();
    assert_eq!(disagreement(&question, &layers), None);
});

/// The bytes, so that what the fuzzer changes in them changes what is generated there, and behind them others that are made
/// from them: strategies that run dry wait for ever.
fn seed(bytes: &[u8]) -> Vec<u8> {
    const ENOUGH: usize = 1 << 16;
    let mut out = bytes.to_vec();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for byte in bytes {
        state = state.rotate_left(9) ^ u64::from(*byte);
    }
    while out.len() < ENOUGH {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.extend_from_slice(&state.to_le_bytes());
    }
    out
}
