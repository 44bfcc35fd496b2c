//! The generated code matches the protocol's definition.

use std::path::Path;

use prost::Message as _;
use prost_types::FileDescriptorSet;

/// The directory of the definitions; the generated files are below.
const DEFINITIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/protocol");

/// Compiles the definitions into `directory`, without `protoc`.
fn generate(directory: &Path) {
    let mut compiler = protox::Compiler::new([DEFINITIONS]).unwrap();
    compiler.include_imports(true).include_source_info(true);
    compiler
        .open_files(["tfplugin6.proto", "go_plugin.proto"])
        .unwrap();
    // protox uses a later prost than tonic, so the set is passed as bytes.
    let descriptors =
        FileDescriptorSet::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap();
    tonic_build::configure()
        .build_client(true)
        .build_server(true)
        .client_mod_attribute(".", "#[cfg(test)]")
        .build_transport(false)
        .bytes(["."])
        .emit_rerun_if_changed(false)
        .out_dir(directory)
        .compile_fds(descriptors)
        .unwrap();
}

#[test]
fn the_generated_code_matches_the_definition() {
    let committed = Path::new(DEFINITIONS).join("generated");
    let fresh = tempfile::tempdir().unwrap();
    generate(fresh.path());
    for name in ["tfplugin6.rs", "plugin.rs"] {
        let wanted = std::fs::read_to_string(fresh.path().join(name)).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the switch that renews it")]
        let renew = std::env::var_os("UPDATE_GENERATED").is_some();
        if renew {
            std::fs::write(committed.join(name), &wanted).unwrap();
        }
        let found = std::fs::read_to_string(committed.join(name)).unwrap_or_default();
        assert!(
            found == wanted,
            "`{name}` does not match the definition; renew it with\n\
             UPDATE_GENERATED=1 cargo test -p tf-provider-server --test plugin generated_code"
        );
    }
}
