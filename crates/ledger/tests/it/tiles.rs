//! Tiles and bundles: paths as C2SP tlog-tiles writes them, contents that give the tree back.

use ledger::{ENTRY_BYTES_MAX, TILE_WIDTH, TilePath, Tree, decode_entries, decode_tile, encode_entries, leaf_hash};
use proptest::prelude::*;

#[test]
fn paths_are_those_of_the_specification() {
    for (level, index, width, text) in [
        (Some(0), 0, 256, "tile/0/000"),
        (Some(0), 1, 1, "tile/0/001.p/1"),
        (Some(3), 1_234_067, 256, "tile/3/x001/x234/067"),
        (None, 273, 112, "tile/entries/273.p/112"),
        (None, 70_000, 256, "tile/entries/x070/000"),
    ] {
        let path = TilePath { level, index, width };
        assert_eq!((path.to_string().as_str(), text.parse()), (text, Ok(path)));
    }
    for wrong in [
        "",
        "tile",
        "tile/0",
        "tile/0/0",
        "tile/00/000",
        "tile/8/000",
        "tile/x/000",
        "tile/0/x000/001",
        "tile/0/001/002",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/000.p/01",
        "tile/0/00a",
        "tile/0/999/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/000/",
        "/tile/0/000",
    ] {
        assert!(wrong.parse::<TilePath>().is_err(), "{wrong}");
    }
}

#[test]
fn the_tiles_of_a_log_give_its_tree_back() {
    let entries: Vec<Vec<u8>> = (0..70_000_u32).map(|number| number.to_be_bytes().to_vec()).collect();
    let mut tree = Tree::default();
    for entry in &entries {
        tree.push(entry);
    }
    let mut read = Tree::default();
    for path in TilePath::all(Some(0), tree.size()) {
        let hashes = decode_tile(&path.of_tree(&tree).unwrap(), path.width).unwrap();
        hashes.into_iter().for_each(|hash| read.push_leaf(hash));
    }
    assert_eq!(read, tree);
    // A tile of the second level holds the roots of full tiles of the first.
    let second: Vec<TilePath> = TilePath::all(Some(1), tree.size()).collect();
    assert_eq!(second.iter().map(|path| path.width).collect::<Vec<_>>(), [256, 17]);
    let first_256 = Tree::of_leaves(entries[..256].iter().map(|entry| leaf_hash(entry)));
    let hashes = decode_tile(&second[0].of_tree(&tree).unwrap(), 256).unwrap();
    assert_eq!(hashes[0], first_256.root(256).unwrap());
    assert_eq!(TilePath::all(Some(2), tree.size()).map(|path| path.width).collect::<Vec<_>>(), [1]);
    assert_eq!(TilePath { level: Some(0), index: 273, width: 113 }.of_tree(&tree), None, "there are 112");
}

#[test]
fn a_bundle_holds_entries_up_to_their_limits() {
    let longest = vec![7; ENTRY_BYTES_MAX];
    let bundle = encode_entries([&longest[..], b""]).unwrap();
    assert_eq!(decode_entries(&bundle, 2).unwrap(), [&longest[..], b""]);
    assert!(decode_entries(&bundle, 1).is_err() && decode_entries(&bundle, 3).is_err());
    assert!(decode_entries(&bundle[1..], 2).is_err() && decode_entries(&[0], 1).is_err());
    assert_eq!(encode_entries([&vec![7; ENTRY_BYTES_MAX + 1][..]]), None);
    let many = vec![0; 2 * TILE_WIDTH as usize];
    assert!(decode_entries(&many, TILE_WIDTH).is_ok());
    assert!(decode_entries(&[&many[..], &[0, 0]].concat(), TILE_WIDTH + 1).is_err());
    assert!(decode_tile(&[0; 32 * 256], 256).is_ok() && decode_tile(&[0; 33], 1).is_err());
    assert!(decode_tile(&[0; 32 * 257], 257).is_err() && decode_tile(&[], 0).is_err());
}

proptest! {
    #[test]
    fn a_path_is_written_one_way(level in prop::option::of(0_u8..8), index in any::<u64>(), width in 1_u64..=256) {
        let path = TilePath { level, index, width };
        prop_assert_eq!(path.to_string().parse(), Ok(path));
    }
}
