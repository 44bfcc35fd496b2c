//! The certificates and keys of clients, which are made for these tests only.

use std::sync::Arc;

use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{Signature, SigningKey};
use rustls::client::ResolvesClientCert;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::CertifiedKey;
use rustls::{SignatureAlgorithm, SignatureScheme, SupportedProtocolVersion};

static TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];

/// A client with a certificate and a key.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    pem: Option<&'static str>,
    key: &'static str,
    only_tls12: bool,
}

const CORE_KEY: &str = "010ce7609b26b96fab8d3ad8c2b47164a3337a46c342f2a5ad6fb8f345dc9361abc31026c\
                        12ea4221b234bdd93531979433da7f8254d93ec049b8fd6bfcc2df73920";
const OTHER_KEY: &str = "01fe6dafaaafcc220a908394016a587190f56c17e0dab3a16901aba395fe2c740c212c4e8\
                         eb1ac25e54d5099d9a973bc962eff062ffaa61b9edac1b6e4c3586c453f";

impl Core {
    /// Returns the core that started the server.
    pub(crate) fn trusted() -> Self {
        Self {
            pem: Some(include_str!("core.pem")),
            key: CORE_KEY,
            only_tls12: false,
        }
    }

    /// Returns a client with another certificate and key.
    pub(crate) fn other() -> Self {
        Self {
            pem: Some(include_str!("other.pem")),
            key: OTHER_KEY,
            only_tls12: false,
        }
    }

    /// Returns a client that presents the core's certificate, but does not have its key.
    pub(crate) fn stolen_certificate() -> Self {
        Self {
            key: OTHER_KEY,
            ..Self::trusted()
        }
    }

    /// Returns a client without a certificate.
    pub(crate) fn without_certificate() -> Self {
        Self {
            pem: None,
            ..Self::trusted()
        }
    }

    /// Returns the same client with TLS 1.2 only.
    pub(crate) fn over_tls12(self) -> Self {
        Self {
            only_tls12: true,
            ..self
        }
    }

    /// Returns the certificate, as the core puts it into the environment.
    pub(crate) fn pem(&self) -> &'static str {
        self.pem.unwrap_or_default()
    }

    pub(super) fn versions(&self) -> &'static [&'static SupportedProtocolVersion] {
        if self.only_tls12 {
            TLS12
        } else {
            rustls::DEFAULT_VERSIONS
        }
    }
}

impl ResolvesClientCert for Core {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let certificate = CertificateDer::from_pem_slice(self.pem?.as_bytes()).unwrap();
        let digits = self.key.as_bytes().chunks(2);
        let bytes: Vec<u8> = digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let key = Key(SigningKey::from_slice(&bytes).unwrap());
        Some(Arc::new(CertifiedKey::new(
            vec![certificate],
            Arc::new(key),
        )))
    }

    fn has_certs(&self) -> bool {
        self.pem.is_some()
    }
}

/// A P-521 key, which ring does not support.
#[derive(Clone, Debug)]
struct Key(SigningKey);

impl rustls::sign::SigningKey for Key {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn rustls::sign::Signer>> {
        offered
            .contains(&SignatureScheme::ECDSA_NISTP521_SHA512)
            .then(|| Box::new(self.clone()) as Box<dyn rustls::sign::Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl rustls::sign::Signer for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let signature: Signature = self.0.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}
