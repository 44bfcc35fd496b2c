//! The public interface of the crate changes only on purpose: it is listed in `public-api.txt`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use quote::ToTokens;
use syn::{Attribute, Fields, ImplItem, Item, Meta, TraitItem, UseTree, Visibility};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn the_public_interface_is_the_listed_one() {
    let listed = Path::new(ROOT).join("public-api.txt");
    let found = list();
    #[expect(clippy::disallowed_methods, reason = "the switch that renews it")]
    if std::env::var_os("UPDATE_PUBLIC_API").is_some() {
        std::fs::write(&listed, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&listed).unwrap_or_default();
    let changes: Vec<String> = found
        .lines()
        .filter(|line| !expected.lines().any(|other| other == *line))
        .map(|line| format!("+ {line}"))
        .chain(
            expected
                .lines()
                .filter(|line| !found.lines().any(|other| other == *line))
                .map(|line| format!("- {line}")),
        )
        .collect();
    assert!(
        found == expected,
        "the public interface has changed:\n{}\nIf that is intended, renew the list with\n\
         UPDATE_PUBLIC_API=1 cargo test -p tf-provider-server --test plugin public_api",
        changes.join("\n")
    );
}

/// Returns the public items, one per line.
fn list() -> String {
    let mut listing = Listing::default();
    listing.module(&Path::new(ROOT).join("src/lib.rs"), "");
    listing.implementations(&Path::new(ROOT).join("src"));
    listing.lines.into_iter().map(|line| line + "\n").collect()
}

#[derive(Default)]
struct Listing {
    lines: BTreeSet<String>,
    /// The paths of the public types and traits by their names.
    paths: BTreeMap<String, String>,
}

impl Listing {
    /// Adds the public items of a module, which are reachable as `path`.
    fn module(&mut self, file: &Path, path: &str) {
        for item in items(file) {
            match &item {
                Item::Mod(module) if is_public(&module.vis) && !is_hidden(&module.attrs) => {
                    let name = module.ident.to_string();
                    self.module(&file_of(file, &name), &format!("{path}{name}::"));
                }
                Item::Use(import) if is_public(&import.vis) => {
                    let mut names = Vec::new();
                    flatten(&import.tree, &mut Vec::new(), &mut names);
                    for name in names {
                        self.reexport(file, path, &name);
                    }
                }
                _ => self.item(&item, path),
            }
        }
    }

    /// Adds an item of another module, or of another crate.
    fn reexport(&mut self, file: &Path, path: &str, name: &[String]) {
        let [module, name] = name else {
            panic!("a reexport of {name:?}, which this test cannot read");
        };
        let source = file_of(file, module);
        if !source.exists() {
            self.lines
                .insert(format!("{path}{name}: reexport of {module}"));
            return;
        }
        for item in items(&source) {
            if name_of(&item).is_some_and(|it| it == *name) {
                self.item(&item, path);
            }
        }
    }

    fn item(&mut self, item: &Item, path: &str) {
        let Some(name) = name_of(item) else {
            return;
        };
        let (kind, members) = match item {
            Item::Fn(it) if is_public(&it.vis) && !is_hidden(&it.attrs) => {
                (text(&it.sig), Vec::new())
            }
            Item::Type(it) if is_public(&it.vis) => {
                (format!("type = {}", text(&it.ty)), Vec::new())
            }
            Item::Struct(it) if is_public(&it.vis) => (
                with_attributes("struct", &it.attrs),
                public_fields(&it.fields),
            ),
            Item::Enum(it) if is_public(&it.vis) => {
                let variants = it.variants.iter().map(|it| {
                    let mut variant = it.clone();
                    variant.attrs.clear();
                    text(&variant)
                });
                (with_attributes("enum", &it.attrs), variants.collect())
            }
            Item::Trait(it) if is_public(&it.vis) => {
                let bounds = format!("trait: {}", text(&it.supertraits));
                (bounds, it.items.iter().map(trait_member).collect())
            }
            _ => return,
        };
        let is_type = !matches!(item, Item::Fn(_));
        let path = format!("{path}{name}");
        self.lines.insert(
            format!("{path}: {kind}")
                .trim_end_matches([':', ' '])
                .to_owned(),
        );
        for member in members {
            self.lines.insert(format!("{path}: {member}"));
        }
        if is_type {
            self.paths.insert(name, path);
        }
    }

    /// Adds the public methods of public types, and the traits that they implement.
    fn implementations(&mut self, directory: &Path) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("generated") {
                    self.implementations(&path);
                }
                continue;
            }
            if path.extension().is_none_or(|it| it != "rs") {
                continue;
            }
            let items = items(&path);
            let is_private = |of: &str| {
                items.iter().any(|item| match item {
                    Item::Struct(it) => it.ident == of && !is_public(&it.vis),
                    _ => false,
                })
            };
            for item in &items {
                if let Item::Impl(it) = item
                    && !is_private(&text(&it.self_ty))
                {
                    self.implementation(it);
                }
            }
        }
    }

    fn implementation(&mut self, item: &syn::ItemImpl) {
        let of = text(&item.self_ty);
        let Some((implemented, _)) = &item.trait_ else {
            let Some(path) = self.paths.get(&of) else {
                return;
            };
            for member in &item.items {
                if let ImplItem::Fn(it) = member
                    && is_public(&it.vis)
                {
                    self.lines.insert(format!("{path}: {}", text(&it.sig)));
                }
            }
            return;
        };
        let implemented = text(implemented);
        let code = format!("{implemented} for {of}");
        let mut names = code.split(|it: char| !it.is_alphanumeric());
        if let Some(path) = names.find_map(|name| self.paths.get(name)) {
            let generics = text(&item.generics);
            self.lines.insert(format!("{path}: impl{generics} {code}"));
        }
    }
}

fn items(file: &Path) -> Vec<Item> {
    let code = std::fs::read_to_string(file).unwrap();
    let file = syn::parse_file(&code).unwrap();
    let is_test = |item: &Item| matches!(item, Item::Mod(it) if it.content.is_some());
    file.items.into_iter().filter(|it| !is_test(it)).collect()
}

/// Returns the file of the module `name` that is declared in `file`.
fn file_of(file: &Path, name: &str) -> PathBuf {
    let directory = if file.ends_with("lib.rs") {
        file.parent().unwrap().to_owned()
    } else {
        file.with_extension("")
    };
    directory.join(name).with_extension("rs")
}

fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Fn(it) => &it.sig.ident,
        Item::Type(it) => &it.ident,
        Item::Struct(it) => &it.ident,
        Item::Enum(it) => &it.ident,
        Item::Trait(it) => &it.ident,
        _ => return None,
    };
    Some(name.to_string())
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, names: &mut Vec<Vec<String>>) {
    match tree {
        UseTree::Path(step) => {
            path.push(step.ident.to_string());
            flatten(&step.tree, path, names);
            path.pop();
        }
        UseTree::Name(leaf) => {
            names.push([path.clone(), vec![leaf.ident.to_string()]].concat());
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, path, names);
            }
        }
        other => panic!("a reexport that this test cannot read: {}", text(other)),
    }
}

fn public_fields(fields: &Fields) -> Vec<String> {
    let public = fields.iter().filter(|field| is_public(&field.vis));
    public
        .map(|field| match &field.ident {
            Some(name) => format!("{name}: {}", text(&field.ty)),
            None => text(&field.ty),
        })
        .collect()
}

fn trait_member(member: &TraitItem) -> String {
    match member {
        TraitItem::Fn(it) => {
            let provided = if it.default.is_some() { " { … }" } else { "" };
            format!("{}{provided}", text(&it.sig))
        }
        TraitItem::Const(it) => format!("const {}: {}", it.ident, text(&it.ty)),
        TraitItem::Type(it) => format!("type {}: {}", it.ident, text(&it.bounds)),
        other => text(other),
    }
}

/// Returns the kind of an item with its derived traits, and whether it is exhaustive.
fn with_attributes(kind: &str, attributes: &[Attribute]) -> String {
    let mut line = kind.to_owned();
    for attribute in attributes {
        if attribute.path().is_ident("derive") || attribute.path().is_ident("non_exhaustive") {
            line = format!("{line} {}", text(&attribute.meta));
        }
    }
    line
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether the documentation leaves an item out, or only some builds have it.
fn is_hidden(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            || matches!(&attribute.meta, Meta::List(it)
                if it.path.is_ident("doc") && it.tokens.to_string() == "hidden")
    })
}

/// Returns the code of an item without most of the spaces that `quote` puts between tokens.
fn text(item: &impl ToTokens) -> String {
    let mut text = item.to_token_stream().to_string();
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" ::", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" ,", ","),
        (" :", ":"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        ("->(", "-> ("),
        (",)", ")"),
    ] {
        text = text.replace(from, to);
    }
    text
}
