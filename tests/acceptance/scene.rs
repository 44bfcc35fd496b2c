//! What many scenarios begin with: the API's paths, the smallest configurations, and a route that
//! is about to move.

use std::net::Ipv6Addr;

use hostup_mock_api::Fault;
use ipnet::Ipv6Net;

use crate::world::{World, assert_warning};

/// The path of the routed IPv6 document, to which pools and routes are created.
pub(crate) const ROUTED: &str = "/api/v2/routed-ipv6";
/// The path below which a route is deleted.
pub(crate) const ONE_ROUTE: &str = "/api/v2/routed-ipv6/routes/";
/// The path of the networks.
pub(crate) const NETWORKS: &str = "/api/v2/private-networks";
/// The path below which a network is read and deleted.
pub(crate) const ONE_NETWORK: &str = "/api/v2/private-networks/";

/// A pool.
pub(crate) const POOL: &str = "resource \"hostup_routed_ipv6_pool\" \"main\" {}\n";
/// The address of the pool in [`POOL`].
pub(crate) const POOL_ADDRESS: &str = "hostup_routed_ipv6_pool.main";
/// The id of the pool in [`POOL`], as an expression.
pub(crate) const POOL_ID: &str = "hostup_routed_ipv6_pool.main.id";
/// The address of the route `web`.
pub(crate) const ROUTE_ADDRESS: &str = "hostup_routed_ipv6_route.web";
/// A network.
pub(crate) const NETWORK: &str = "resource \"hostup_private_network\" \"a\" { name = \"a\" }\n";
/// The address of the network in [`NETWORK`].
pub(crate) const NETWORK_ADDRESS: &str = "hostup_private_network.a";

/// A route in the pool with the id `pool`.
pub(crate) fn route(name: &str, pool: &str, vps: &str, lines: &str) -> String {
    route_in(&format!("\"{pool}\""), name, vps, lines)
}

/// A route in the pool whose id an expression gives.
pub(crate) fn route_in(pool_id: &str, name: &str, vps: &str, lines: &str) -> String {
    format!(
        "resource \"hostup_routed_ipv6_route\" \"{name}\" {{\n  pool_id = {pool_id}\n  \
         vps_id = \"{vps}\"\n  {lines}\n}}\n"
    )
}

/// A pool, and a /64 of it to `vps`.
pub(crate) fn pool_and_route(vps: &str) -> String {
    let route = route_in(POOL_ID, "web", vps, "prefix_length = 64");
    format!("{POOL}{route}")
}

/// A value that is not known before apply: it passes through another resource.
pub(crate) fn unknown(name: &str, value: &str) -> String {
    format!("resource \"terraform_data\" \"{name}\" {{\n  input = {value}\n}}\n")
}

/// The `index`-th child of the first pool, of this length.
pub(crate) fn child(world: &World, index: u128, length: u8) -> String {
    let parent: Ipv6Net = parent_cidr(world).parse().expect("a network");
    let address = u128::from(parent.network()) + (index << (128 - u32::from(length)));
    format!("{}/{length}", Ipv6Addr::from(address))
}

/// The CIDR of the first pool.
pub(crate) fn parent_cidr(world: &World) -> String {
    let pool = &world.mock.pools()[0];
    pool["parentCidr"].as_str().expect("a CIDR").to_owned()
}

/// A server without IPv6, which cannot receive a route.
pub(crate) fn add_server_without_ipv6(world: &World, name: &str) -> String {
    world.mock.add_vps_with(hostup_mock_api::VpsOptions {
        name: name.to_owned(),
        ipv6: false,
        ..Default::default()
    })
}

/// Suspends these servers when a route is deleted: from then on they take no route.
pub(crate) fn suspended_meanwhile(servers: &[&str]) -> Fault {
    let servers: Vec<_> = servers.iter().map(|&id| id.to_owned()).collect();
    Fault::on("DELETE", ONE_ROUTE).run_after(move |account| {
        for id in &servers {
            account.edit_vps(id, |vps| vps["serviceStatus"] = "suspended".into());
        }
    })
}

/// Ends the suspension of every server.
pub(crate) fn reinstate(world: &World) {
    for vps in world.mock.vpses() {
        let id = vps["id"].as_str().unwrap_or_default();
        world
            .mock
            .edit_vps(id, |vps| vps["serviceStatus"] = "active".into());
    }
}

/// A pool, two servers, and the route `web` to the first of them. HostUp chose its prefix.
pub(crate) struct Scene {
    /// The pool's id.
    pub(crate) pool: String,
    /// The id of the server that the route leads to.
    pub(crate) web: String,
    /// The id of the other server.
    pub(crate) spare: String,
    /// The route's prefix.
    pub(crate) prefix: String,
    provider: &'static str,
    lines: &'static str,
}

impl Scene {
    /// The route has the lowest prefix of the pool: when it is free, HostUp gives it to the next
    /// route.
    pub(crate) fn begin(world: &mut World) -> Self {
        let scene = Self::seed(world, "", "prefix_length = 64");
        scene.create(world)
    }

    /// A prefix below the route's is free, so HostUp does not give the route its prefix again by
    /// chance. The provider gives up after seconds.
    pub(crate) fn begin_above_a_free_prefix(world: &mut World) -> Self {
        let scene = Self::seed(
            world,
            "provider \"hostup\" {\n  max_retries = 1\n}\n",
            "prefix_length = 64\n  timeouts = { update = \"5s\" }",
        );
        let (pool, web) = (&scene.pool, &scene.web);
        let lowest = world.mock.add_route(pool, web, None, 64, None);
        let scene = scene.create(world);
        world.mock.remove_route(&lowest);
        scene
    }

    fn seed(world: &mut World, provider: &'static str, lines: &'static str) -> Self {
        Self {
            pool: world.foreign_pool(),
            web: world.mock.add_vps("web-01"),
            spare: world.mock.add_vps("spare-01"),
            prefix: String::new(),
            provider,
            lines,
        }
    }

    fn create(mut self, world: &World) -> Self {
        world.configure(&self.unmoved());
        world.apply();
        self.prefix = world.attribute(ROUTE_ADDRESS, "prefix");
        self
    }

    /// The configuration in which the route leads to `server`.
    pub(crate) fn to(&self, server: &str) -> String {
        let route = route("web", &self.pool, server, self.lines);
        format!("{}{route}", self.provider)
    }

    /// The configuration in which the route leads to its first server.
    pub(crate) fn unmoved(&self) -> String {
        self.to(&self.web)
    }

    /// The configuration that moves the route to the other server.
    pub(crate) fn moved(&self) -> String {
        self.to(&self.spare)
    }

    /// Suspends both servers during the move.
    pub(crate) fn both_suspended(&self) -> Fault {
        suspended_meanwhile(&[&self.web, &self.spare])
    }

    /// Moves the route, which fails because of `fault`.
    pub(crate) fn break_move(&self, world: &World, fault: Fault) {
        world.mock.inject(fault);
        world.configure(&self.moved());
        world.apply_fails();
        world.mock.clear_faults();
        reinstate(world);
        self.assert_unrouted(world);
    }

    /// Asserts that no route has the prefix, and that the state keeps it.
    #[track_caller]
    pub(crate) fn assert_unrouted(&self, world: &World) {
        assert!(world.mock.routes().is_empty(), "{:?}", world.mock.routes());
        assert_eq!(world.attribute(ROUTE_ADDRESS, "prefix"), self.prefix);
        assert_eq!(world.attribute(ROUTE_ADDRESS, "status"), "unrouted");
    }

    /// Asserts that the next apply routes the same prefix to `server`.
    #[track_caller]
    pub(crate) fn assert_heals(&self, world: &World, server: &str) {
        let plan = world.plan();
        assert_eq!(plan.action(ROUTE_ADDRESS), "update");
        let unknown = plan.unknown(ROUTE_ADDRESS);
        assert!(!unknown.contains(&"prefix".to_owned()));
        assert_warning(&plan.report, &[&self.prefix, "is not routed"]);
        world.apply();
        self.assert_routed(world, server);
        assert_eq!(world.mock.routes().len(), 1);
    }

    /// Asserts that the prefix is routed to `server`, and that the state has that route.
    #[track_caller]
    pub(crate) fn assert_routed(&self, world: &World, server: &str) {
        let routes = world.mock.routes();
        let ours = routes.iter().find(|it| it["prefix"] == *self.prefix);
        let ours = ours.unwrap_or_else(|| panic!("no route has the prefix: {routes:?}"));
        assert_eq!(ours["vpsId"], server);
        assert_eq!(world.attribute(ROUTE_ADDRESS, "id"), ours["id"]);
        assert_eq!(world.attribute(ROUTE_ADDRESS, "prefix"), self.prefix);
        assert_eq!(world.attribute(ROUTE_ADDRESS, "status"), "active");
    }
}
