//! TLS that accepts exactly one client: the core that started this process.
//!
//! The core puts the certificate that it will present into `PLUGIN_CLIENT_CERT`. The certificate is
//! self-signed and made for this one process, so there is no chain to verify: the client must
//! present the same bytes and sign with their key. The key is ECDSA P-521, whose signatures ring
//! does not verify; the crate p521 does.

use std::sync::Arc;

use p521::ecdsa::signature::Verifier as _;
use p521::ecdsa::{Signature, VerifyingKey};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, ParsedCertificate};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
};

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    #[error("`PLUGIN_CLIENT_CERT` holds no certificate: {0}")]
    ClientCertificate(rustls::pki_types::pem::Error),
    #[error("the certificate in `PLUGIN_CLIENT_CERT` is not readable: {0}")]
    UnreadableClientCertificate(rustls::Error),
    #[error("the server's certificate could not be created: {0}")]
    ServerCertificate(#[from] rcgen::Error),
    #[error("TLS could not be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// The server's TLS settings, and the certificate that the handshake line contains.
pub(super) struct Tls {
    pub(super) config: Arc<ServerConfig>,
    pub(super) certificate: CertificateDer<'static>,
}

/// Returns the TLS settings that accept only the client with this certificate, in PEM.
pub(super) fn for_pinned_client(pem: &str) -> Result<Tls, TlsError> {
    let client = CertificateDer::from_pem_slice(pem.as_bytes())
        .map_err(TlsError::ClientCertificate)?
        .into_owned();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = PinnedClient::new(client, Arc::clone(&provider))?;
    let (certificate, key) = server_certificate()?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::DEFAULT_VERSIONS)?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(vec![certificate.clone()], key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    // A resumed session would present no certificate.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Tls {
        config: Arc::new(config),
        certificate,
    })
}

/// Creates a certificate for this process, in the form that the core's library expects.
fn server_certificate() -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), rcgen::Error> {
    use rcgen::{ExtendedKeyUsagePurpose, KeyUsagePurpose};
    let now = time::OffsetDateTime::now_utc();
    let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()])?;
    parameters.not_before = now.saturating_sub(time::Duration::hours(1));
    parameters.not_after = now.saturating_add(time::Duration::days(365 * 10));
    let mut name = rcgen::DistinguishedName::new();
    name.push(rcgen::DnType::CommonName, "localhost");
    parameters.distinguished_name = name;
    // The core verifies the certificate as its own issuer.
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    parameters.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::KeyCertSign,
    ];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let certificate = parameters.self_signed(&key)?;
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    Ok((certificate.der().clone(), key.into()))
}

/// Accepts one certificate, compared byte for byte, and signatures of its key.
#[derive(Debug)]
struct PinnedClient {
    certificate: CertificateDer<'static>,
    /// The certificate's key if it is P-521, which ring does not support.
    p521: Option<VerifyingKey>,
    provider: Arc<CryptoProvider>,
}

/// The first bytes of every P-521 public key in DER; the uncompressed point follows.
const P521_KEY_PREFIX: [u8; 25] = [
    0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05,
    0x2b, 0x81, 0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00,
];

impl PinnedClient {
    fn new(
        certificate: CertificateDer<'static>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, TlsError> {
        let key = ParsedCertificate::try_from(&certificate)
            .map_err(TlsError::UnreadableClientCertificate)?
            .subject_public_key_info();
        let p521 = key
            .strip_prefix(&P521_KEY_PREFIX[..])
            .and_then(|point| VerifyingKey::from_sec1_bytes(point).ok());
        Ok(Self {
            certificate,
            p521,
            provider,
        })
    }

    /// Verifies the signature of a P-521 key; `None` for other keys, which ring verifies.
    fn verify_p521(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Option<Result<HandshakeSignatureValid, rustls::Error>> {
        let key = self.p521.as_ref()?;
        let valid = *certificate == self.certificate
            && signed.scheme == SignatureScheme::ECDSA_NISTP521_SHA512
            && Signature::from_der(signed.signature())
                .and_then(|signature| key.verify(message, &signature))
                .is_ok();
        Some(if valid {
            Ok(HandshakeSignatureValid::assertion())
        } else {
            Err(CertificateError::BadSignature.into())
        })
    }
}

impl ClientCertVerifier for PinnedClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verify_p521(message, certificate, signed)
            .unwrap_or_else(|| {
                let known = &self.provider.signature_verification_algorithms;
                verify_tls12_signature(message, certificate, signed, known)
            })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verify_p521(message, certificate, signed)
            .unwrap_or_else(|| {
                let known = &self.provider.signature_verification_algorithms;
                verify_tls13_signature(message, certificate, signed, known)
            })
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        match self.p521 {
            Some(_) => vec![SignatureScheme::ECDSA_NISTP521_SHA512],
            None => self
                .provider
                .signature_verification_algorithms
                .supported_schemes(),
        }
    }
}
