//! Roots and proofs: RFC 6962 word for word as the oracle, and the vectors that its implementations share.

use ledger::{Hash, PROOF_HASHES_MAX, Tree, empty_root, leaf_hash, node_hash, verify_consistency, verify_inclusion};
use proptest::prelude::*;

/// The leaves and roots in the tests of certificate-transparency-go (`merkle/testonly/reference_tree.go`).
const ENTRIES: [&[u8]; 8] = [
    b"",
    &[0x00],
    &[0x10],
    &[0x20, 0x21],
    &[0x30, 0x31],
    &[0x40, 0x41, 0x42, 0x43],
    &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
    &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// MTH of RFC 6962, section 2.1.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(largest_power_of_two_below(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// PATH of RFC 6962, section 2.1.1.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(largest_power_of_two_below(leaves.len()));
    let (mut below, beside) = if index < left.len() {
        (path(index, left), root(right))
    } else {
        (path(index - left.len(), right), root(left))
    };
    below.push(beside);
    below
}

/// SUBPROOF of RFC 6962, section 2.1.2.
fn subproof(old: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if is_whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(largest_power_of_two_below(leaves.len()));
    let (mut below, beside) = if old <= left.len() {
        (subproof(old, left, is_whole), root(right))
    } else {
        (subproof(old - left.len(), right, false), root(left))
    };
    below.push(beside);
    below
}

fn largest_power_of_two_below(count: usize) -> usize {
    (0..).map(|bit| 1 << bit).take_while(|power| *power < count).last().unwrap()
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

fn hex(hash: Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_roots_are_those_of_certificate_transparency() {
    let mut tree = Tree::default();
    for (size, expected) in ROOTS.iter().enumerate() {
        assert_eq!(hex(tree.root(size as u64).unwrap()), *expected);
        if let Some(entry) = ENTRIES.get(size) {
            assert_eq!(tree.push(entry), size as u64);
        }
    }
    assert_eq!(tree.root(9), None);
}

#[test]
fn every_proof_of_every_small_tree_is_the_rfcs_and_verifies_in_its_place_alone() {
    let leaves = leaves(40);
    let tree = Tree::of_leaves(leaves.iter().copied());
    for size in 1..=leaves.len() {
        let here = root(&leaves[..size]);
        assert_eq!(tree.root(size as u64), Some(here));
        for index in 0..size {
            let proof = tree.inclusion(index as u64, size as u64).unwrap();
            assert_eq!(proof, path(index, &leaves[..size]));
            for other in 0..=size {
                let verified = verify_inclusion(&leaves[index], other as u64, size as u64, &proof, &here);
                assert_eq!(verified, other == index, "leaf {index} of {size} at {other}");
            }
        }
        for old in 0..=size {
            let proof = tree.consistency(old as u64, size as u64).unwrap();
            assert_eq!(proof, if old == 0 { Vec::new() } else { subproof(old, &leaves[..size], true) });
            let before = root(&leaves[..old]);
            assert!(verify_consistency(old as u64, &before, size as u64, &here, &proof), "{old} to {size}");
            let other = leaf_hash(b"another tree");
            assert!(!verify_consistency(old as u64, &other, size as u64, &here, &proof), "{old} to {size}");
            assert!(old == 0 || !verify_consistency(old as u64, &before, size as u64, &other, &proof));
        }
    }
    assert_eq!((tree.inclusion(3, 3), tree.inclusion(0, 41), tree.inclusion(0, 0)), (None, None, None));
    assert_eq!((tree.consistency(3, 2), tree.consistency(0, 41)), (None, None));
}

#[test]
fn a_proof_has_sixty_four_hashes_at_most() {
    let leaf = leaf_hash(b"first");
    let mut hash = leaf;
    let proof = vec![leaf_hash(b"beside"); PROOF_HASHES_MAX];
    for sibling in &proof {
        hash = node_hash(&hash, sibling);
    }
    assert!(verify_inclusion(&leaf, 0, u64::MAX, &proof, &hash));
    let longer = [&proof[..], &[leaf]].concat();
    assert!(!verify_inclusion(&leaf, 0, u64::MAX, &longer, &node_hash(&hash, &leaf)));
    assert!(!verify_consistency(1, &leaf, u64::MAX, &hash, &longer));
}

proptest! {
    #[test]
    fn a_larger_tree_agrees_with_the_rfc(size in 1_usize..700, a in any::<prop::sample::Index>(), b in any::<prop::sample::Index>()) {
        let leaves = leaves(size);
        let tree = Tree::of_leaves(leaves.iter().copied());
        let (index, old) = (a.index(size), b.index(size + 1));
        let proof = tree.inclusion(index as u64, size as u64).unwrap();
        prop_assert_eq!(&proof, &path(index, &leaves));
        prop_assert!(verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &root(&leaves)));
        let proof = tree.consistency(old as u64, size as u64).unwrap();
        prop_assert!(verify_consistency(old as u64, &root(&leaves[..old]), size as u64, &root(&leaves), &proof));
    }

    #[test]
    fn a_proof_that_was_changed_proves_nothing(
        size in 2_usize..300,
        at in any::<prop::sample::Index>(),
        which in any::<prop::sample::Index>(),
        change in 0_u8..4,
    ) {
        let leaves = leaves(size);
        let tree = Tree::of_leaves(leaves.iter().copied());
        let (index, here) = (at.index(size), root(&leaves));
        let mut proof = tree.inclusion(index as u64, size as u64).unwrap();
        let place = which.index(proof.len());
        match change {
            0 => proof[place][0] ^= 1,
            1 => drop(proof.remove(place)),
            2 => proof.insert(place, leaf_hash(b"more")),
            _ => proof.push(leaf_hash(b"more")),
        }
        prop_assert!(!verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &here));
    }

    #[test]
    fn a_log_that_rewrote_an_entry_has_no_proof(size in 2_usize..200, old in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let old = 1 + old.index(size - 1);
        let honest = leaves(size);
        let mut rewritten = honest.clone();
        rewritten[at.index(old)] = leaf_hash(b"another key");
        let tree = Tree::of_leaves(rewritten.iter().copied());
        let proof = tree.consistency(old as u64, size as u64).unwrap();
        prop_assert!(!verify_consistency(old as u64, &root(&honest[..old]), size as u64, &root(&rewritten), &proof));
    }
}
