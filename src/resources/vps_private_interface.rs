//! `hostup_vps_private_interface`: an interface that puts a server into a private network.

mod checks;
mod list;
mod model;
mod plan;
mod resource;
mod subnet;

pub use list::{InterfaceFilter, InterfaceList};
pub use model::InterfaceModel;
pub use resource::InterfaceResource;
