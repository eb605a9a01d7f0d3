// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <string.h>

/// SSL_CTX_set_min_proto_version with TLS 1.2.
static inline int apus_tls_refuse_old_versions(SSL_CTX *context)
{
    return (int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

/// SSL_CTX_set_options: hands are shaken once, and nothing is compressed.
static inline void apus_tls_keep_it_plain(SSL_CTX *context)
{
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
}

/// SSL_CTX_set_mode: memory of idle connections is given back.
static inline void apus_tls_release_buffers(SSL_CTX *context)
{
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

/// SSL_CTX_set_session_cache_mode: a client whose tickets somebody else keeps.
static inline void apus_tls_hand_out_tickets(SSL_CTX *context)
{
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
}

/// SSL_CTX_add1_chain_cert.
static inline int apus_tls_add_to_chain(SSL_CTX *context, X509 *certificate)
{
    return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

/// SSL_set_tlsext_host_name.
static inline int apus_tls_ask_for(SSL *session, const char *name)
{
    return (int)SSL_set_tlsext_host_name(session, name);
}

/// A function for PEM_read_bio_*: a key with a pass phrase is not read, and nobody is asked for one.
static inline int apus_tls_no_phrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

/// BIO_new_mem_buf for `count` bytes, which must stay in place as long as it does.
static inline BIO *apus_tls_reading(const uint8_t *bytes, size_t count)
{
    return count > INT32_MAX ? NULL : BIO_new_mem_buf(bytes, (int)count);
}

/// PEM_read_bio_X509 that takes certificates without a pass phrase only.
static inline X509 *apus_tls_read_certificate(BIO *source)
{
    return PEM_read_bio_X509_AUX(source, NULL, apus_tls_no_phrase, NULL);
}

/// PEM_read_bio_PrivateKey that takes keys without a pass phrase only.
static inline EVP_PKEY *apus_tls_read_key(BIO *source)
{
    return PEM_read_bio_PrivateKey(source, NULL, apus_tls_no_phrase, NULL);
}

/// Whether the newest error says that there was no further PEM block, rather than a wrong one.
static inline int apus_tls_is_end_of_pem(void)
{
    unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

/// The library and the reason of the oldest error: ERR_GET_LIB and ERR_GET_REASON.
static inline int apus_tls_error_library(unsigned long error) { return ERR_GET_LIB(error); }
static inline int apus_tls_error_reason(unsigned long error) { return ERR_GET_REASON(error); }

/// Writes text for people with a zero byte at the end: what is no plain character becomes '?'.
static inline size_t apus_tls_write_plain(
    char *target, size_t used, size_t size, const unsigned char *text, int count)
{
    for (int index = 0; index < count && used + 1 < size; index++) {
        unsigned char byte = text[index];
        target[used++] = byte >= 0x20 && byte < 0x7F ? (char)byte : '?';
    }
    if (used < size) target[used] = 0;
    return used;
}

/// The names and addresses that a certificate is for, joined by ", ", as many as there is room for.
static inline void apus_tls_names(const X509 *certificate, char *target, size_t size)
{
    size_t used = 0;
    if (size) target[0] = 0;
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    int count = names ? sk_GENERAL_NAME_num(names) : 0;
    for (int index = 0; index < count; index++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
        unsigned char text[64];
        const unsigned char *bytes = text;
        int length = 0;
        if (name->type == GEN_DNS) {
            bytes = ASN1_STRING_get0_data(name->d.dNSName);
            length = ASN1_STRING_length(name->d.dNSName);
        } else if (name->type == GEN_IPADD && ASN1_STRING_length(name->d.iPAddress) == 4) {
            const unsigned char *part = ASN1_STRING_get0_data(name->d.iPAddress);
            length = BIO_snprintf(
                (char *)text, sizeof text, "%u.%u.%u.%u", part[0], part[1], part[2], part[3]);
        } else if (name->type == GEN_IPADD && ASN1_STRING_length(name->d.iPAddress) == 16) {
            const unsigned char *part = ASN1_STRING_get0_data(name->d.iPAddress);
            for (int group = 0; group < 8; group++)
                length += BIO_snprintf(
                    (char *)text + length, sizeof text - (size_t)length, group ? ":%x" : "%x",
                    part[2 * group] << 8 | part[2 * group + 1]);
        }
        if (length <= 0) continue;
        // Room is left for saying that there are more.
        if (used + 2 + (size_t)length + 6 > size) {
            apus_tls_write_plain(target, used, size, (const unsigned char *)", ...", 5);
            break;
        }
        if (used) used = apus_tls_write_plain(target, used, size, (const unsigned char *)", ", 2);
        used = apus_tls_write_plain(target, used, size, bytes, length);
    }
    GENERAL_NAMES_free(names);
}

/// The common name, else the organisation, of whoever signed a certificate; empty for none.
static inline void apus_tls_issuer(const X509 *certificate, char *target, size_t size)
{
    if (size) target[0] = 0;
    X509_NAME *issuer = X509_get_issuer_name(certificate);
    int place = X509_NAME_get_index_by_NID(issuer, NID_commonName, -1);
    if (place < 0) place = X509_NAME_get_index_by_NID(issuer, NID_organizationName, -1);
    const X509_NAME_ENTRY *entry = X509_NAME_get_entry(issuer, place);
    if (!entry) return;
    const ASN1_STRING *text = X509_NAME_ENTRY_get_data(entry);
    apus_tls_write_plain(target, 0, size, ASN1_STRING_get0_data(text), ASN1_STRING_length(text));
}

/// A day as `2026-11-22`; empty when the time cannot be read.
static inline void apus_tls_day(const ASN1_TIME *time, char *target, size_t size)
{
    struct tm parts;
    if (size) target[0] = 0;
    if (!time || !ASN1_TIME_to_tm(time, &parts)) return;
    BIO_snprintf(
        target, size, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

/// A new key on the curve P-256.
static inline EVP_PKEY *apus_tls_new_key(void) { return EVP_EC_gen("P-256"); }

/// Adds one extension to a certificate, written as in x509v3_config(5); 1 when that worked.
static inline int apus_tls_add_extension(
    X509 *certificate, X509 *issuer, int kind, const char *text)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    context.db = NULL;
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, text);
    if (!extension) return 0;
    int worked = X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    return worked;
}
