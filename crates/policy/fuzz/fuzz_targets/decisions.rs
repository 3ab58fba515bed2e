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
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed(bytes));
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let Ok(tree) = (question(), layers()).new_tree(&mut runner) else {
        return;
    };
    let (question, layers) = tree.current();
    assert_eq!(disagreement(&question, &layers), None);
});

/// 32 bytes made from any number of them. (Passing the bytes through instead lets strategies wait for ever once they
/// run dry.)
fn seed(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0_u8; 32];
    for (index, byte) in bytes.iter().enumerate() {
        let slot = &mut out[index % 32];
        *slot = slot.rotate_left(3) ^ byte;
    }
    out
}
