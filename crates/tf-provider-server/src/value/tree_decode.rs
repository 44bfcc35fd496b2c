//! Decodes a [`Tree`] through serde, for values that are not at hand as bytes.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::msgpack::{REFINED, Tree};

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Int(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Int(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Tree, E> {
        Ok(Tree::Float(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Tree, E> {
        Ok(Tree::Bytes(bytes.to_vec()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Map(entries))
    }

    /// An extension: an unknown value.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, extension: D) -> Result<Tree, D::Error> {
        let (kind, refinements) = <(i8, serde_bytes::ByteBuf)>::deserialize(extension)?;
        Ok(Tree::Unknown(if kind == REFINED {
            refinements.into_vec()
        } else {
            Vec::new()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn a_tree_is_decoded_from_its_encoding() {
        #[track_caller]
        fn check(tree: &Tree) {
            let encoded = rmp_serde::to_vec_named(tree).unwrap();
            assert_eq!(rmp_serde::from_slice::<Tree>(&encoded).unwrap(), *tree);
        }
        let values = vec![
            Tree::Null,
            Tree::Unknown(vec![]),
            Tree::Unknown(vec![0x81, 0x01, 0xc2]),
            Tree::Bool(true),
            Tree::Int(i64::MIN.into()),
            Tree::Int(u64::MAX.into()),
            Tree::Float(0.5),
            Tree::Text("0.1234567890123456789".to_owned()),
            Tree::Bytes(vec![0, 255]),
        ];
        values.iter().for_each(check);
        let entries = values.iter().cloned().enumerate();
        check(&Tree::Map(
            entries
                .map(|(index, value)| (index.to_string(), value))
                .collect(),
        ));
        check(&Tree::List(values));
    }
}
