//! The packaged provider, installed by `init` from a mirror: a directory, and a server on loopback.
//!
//! `tools/release` packs the program that the other scenarios run.

mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use cli_support::Finished;
use release::{Names, Platform, Project, compile, hash, package};
use serde_json::json;
use tempfile::TempDir;

use crate::scenarios;
use crate::world::World;
use server::Server;

scenarios![
    the_provider_is_installed_from_a_directory,
    the_provider_is_installed_from_a_server,
    a_package_that_is_not_the_locked_one_is_refused,
    a_package_that_is_not_the_one_in_the_index_is_refused,
];

/// The provider's package and another one of the same name, packed once for all scenarios.
struct Packages {
    names: Names,
    platform: Platform,
    good: PathBuf,
    /// The hash of the good package, as a lock file has it.
    hash: String,
    other: PathBuf,
    _directory: TempDir,
}

fn packages() -> &'static Packages {
    static PACKAGES: OnceLock<Packages> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let project = Project::around(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("a repository");
        let host = compile::host().expect("a compiler");
        let platform = Platform::of_target(&host).expect("a platform");
        let directory = tempfile::tempdir().expect("a directory");
        let pack = |name: &str, program: &Path| {
            let directory = directory.path().join(name);
            package::pack(&project, &host, program, &directory).expect("a package")
        };
        let provider = Path::new(env!("CARGO_BIN_EXE_terraform-provider-hostup"));
        let good = pack("good", provider);
        // It prints the right version, and does nothing else.
        let impostor = directory.path().join("impostor");
        let script = format!(
            "#!/bin/sh\necho terraform-provider-hostup {}\n",
            project.version
        );
        fs::write(&impostor, script).expect("a file");
        fs::set_permissions(
            &impostor,
            fs::metadata(provider).expect("a file").permissions(),
        )
        .expect("permissions");
        let other = pack("other", &impostor);
        Packages {
            names: project.names(),
            platform,
            hash: hash::h1(&good).expect("a hash"),
            good,
            other,
            _directory: directory,
        }
    })
}

/// A mirror for one world.
struct Mirror {
    root: PathBuf,
    /// The directory of the provider's files.
    provider: PathBuf,
}

impl Mirror {
    /// Creates a mirror with the good package, in the layout of `terraform providers mirror`.
    fn new(world: &World) -> Self {
        let packages = packages();
        let root = world.workspace.path().join(".mirror");
        let host = world.workspace.core().product.registry_host();
        let provider = root.join(host).join("hostup/hostup");
        fs::create_dir_all(&provider).expect("a directory");
        let mirror = Self { root, provider };
        mirror.offer(&packages.good);
        let version = packages.names.version();
        let name = packages.good.file_name().expect("a name").to_string_lossy();
        let zip = hash::file(&packages.good).expect("a sum");
        let hashes = [packages.hash.clone(), format!("zh:{zip}")];
        let archives = json!({ packages.platform.to_string(): { "url": name, "hashes": hashes } });
        mirror.write("index.json", &json!({ "versions": { version: {} } }));
        mirror.write(&format!("{version}.json"), &json!({ "archives": archives }));
        mirror
    }

    fn write(&self, name: &str, document: &serde_json::Value) {
        fs::write(self.provider.join(name), document.to_string()).expect("a file");
    }

    /// Puts this package into the mirror.
    fn offer(&self, package: &Path) {
        let name = package.file_name().expect("a name");
        fs::copy(package, self.provider.join(name)).expect("a package");
    }

    fn as_directory(&self) -> String {
        format!(
            "filesystem_mirror {{\n path = {:?}\n }}",
            self.root.display().to_string()
        )
    }
}

fn init(world: &World) -> Finished {
    world.workspace.run(["init", "-no-color"]).expect("a run")
}

#[track_caller]
fn assert_installed(world: &World) {
    let run = init(world);
    assert_eq!(run.code(), 0, "{}", run.text());
    let said = format!("Installed hostup/hostup v{}", packages().names.version());
    assert!(run.text().contains(&said), "{}", run.text());
}

/// Asserts that `init` refuses the package for its hash.
#[track_caller]
fn assert_refused(world: &World, reason: &str) {
    let run = init(world);
    assert_eq!(run.code(), 1, "{}", run.text());
    let said = run.text().replace('│', " ");
    let said: Vec<_> = said.split_whitespace().collect();
    assert!(said.join(" ").contains(reason), "{}", run.text());
    assert!(!installed(world).exists(), "it is installed");
}

/// Returns the path to which the core unpacks the provider's program.
fn installed(world: &World) -> PathBuf {
    let Packages {
        names, platform, ..
    } = packages();
    let host = world.workspace.core().product.registry_host();
    let version = names.version();
    let program = names.program(*platform);
    let place = format!(".terraform/providers/{host}/hostup/hostup/{version}/{platform}/{program}");
    world.workspace.path().join(place)
}

/// Asserts that the installed provider applies the example of the page, and that it is locked.
#[track_caller]
fn assert_works_and_is_locked(world: &World) {
    assert!(installed(world).is_file());
    let lock = fs::read_to_string(world.workspace.path().join(".terraform.lock.hcl"));
    let lock = lock.expect("a lock file");
    assert!(lock.contains(&packages().hash), "{lock}");
    assert!(
        lock.contains(&format!("version = {:?}", packages().names.version())),
        "{lock}"
    );
    // A second `init` installs nothing, and the lock file matches.
    assert_eq!(init(world).code(), 0);
    world.apply();
    assert_eq!(world.mock.networks()[0]["name"], "backend");
}

fn configure_example(world: &World) {
    let file = "examples/resources/hostup_private_network/resource.tf";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    world.configure(&fs::read_to_string(file).expect("the example"));
}

fn the_provider_is_installed_from_a_directory(world: &mut World) {
    let mirror = Mirror::new(world);
    configure_example(world);
    world
        .workspace
        .install_from(&mirror.as_directory())
        .expect("settings");
    assert_installed(world);
    assert_works_and_is_locked(world);
}

/// On macOS the core reads trusted certificates from the keychain alone.
const ASKS_THE_KEYCHAIN_ALONE: bool = cfg!(target_os = "macos");

/// Serves the mirror to a core that trusts this server alone.
fn serve(world: &mut World, mirror: &Mirror) -> Server {
    let server = Server::start(&mirror.root);
    world
        .workspace
        .write(".server.pem", server.certificate())
        .expect("a file");
    let trusted = world
        .workspace
        .path()
        .join(".server.pem")
        .display()
        .to_string();
    world.workspace.set("SSL_CERT_FILE", &trusted);
    let method = format!("network_mirror {{\n url = {:?}\n }}", server.url());
    world.workspace.install_from(&method).expect("settings");
    configure_example(world);
    server
}

fn the_provider_is_installed_from_a_server(world: &mut World) {
    if ASKS_THE_KEYCHAIN_ALONE {
        return;
    }
    let mirror = Mirror::new(world);
    let server = serve(world, &mirror);
    assert_installed(world);
    let requests = server.requests();
    let packages = packages();
    let names = ["index.json", &format!("{}.json", packages.names.version())].map(str::to_owned);
    let package = packages
        .good
        .file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    for name in names.into_iter().chain([package]) {
        assert!(
            requests
                .iter()
                .any(|path| path.ends_with(&format!("/hostup/hostup/{name}"))),
            "{name}: {requests:?}"
        );
    }
    assert_works_and_is_locked(world);
}

fn a_package_that_is_not_the_locked_one_is_refused(world: &mut World) {
    let mirror = Mirror::new(world);
    configure_example(world);
    world
        .workspace
        .install_from(&mirror.as_directory())
        .expect("settings");
    assert_installed(world);
    fs::remove_dir_all(world.workspace.path().join(".terraform")).expect("a directory");
    mirror.offer(&packages().other);
    assert_refused(
        world,
        "checksums previously recorded in the dependency lock file",
    );
    mirror.offer(&packages().good);
    assert_installed(world);
}

fn a_package_that_is_not_the_one_in_the_index_is_refused(world: &mut World) {
    if ASKS_THE_KEYCHAIN_ALONE {
        return;
    }
    let mirror = Mirror::new(world);
    let _server = serve(world, &mirror);
    mirror.offer(&packages().other);
    assert_refused(world, "of the expected checksums");
    mirror.offer(&packages().good);
    assert_installed(world);
}
