package org.jipsec.setkey;

import static org.jipsec.setkey.RefusalCause.*;

import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.setkey.RefusedCase.Who;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;

/// Which answer means what: one row for each way in which Linux's `xfrm_user.c`, `xfrm_state.c`,
/// `xfrm_policy.c`, `af_key.c`, the `init_state` of ESP, AH and IPComp, and the BSDs' `key.c` can
/// refuse what we ask (Linux 4.19 to 6.12). Over XFRM newer kernels say in words what is wrong;
/// older ones and PF_KEY only have a number, so that what was asked for has to tell.
final class RefusalTable {
    private static final Set<Who> XFRM = EnumSet.of(Who.XFRM);
    private static final Set<Who> PFKEY = EnumSet.of(Who.PFKEY);
    private static final Set<Who> KERNEL = EnumSet.of(Who.XFRM, Who.PFKEY);
    private static final Set<Who> ANY = EnumSet.allOf(Who.class);

    /// Kinds of operations.
    enum Kind {
        ADD_SA,
        UPDATE_SA,
        DELETE_SA,
        GET_SA,
        RESERVE_SPI,
        ADD_POLICY,
        UPDATE_POLICY,
        DELETE_POLICY,
        GET_POLICY,
        FLUSH,
        DUMP,
        REGISTER,
        OTHER;

        static Kind of(SadbOperation operation) {
            return switch (operation) {
                case SadbOperation.AddSa _, SadbOperation.RestoreSa _ -> ADD_SA;
                case SadbOperation.UpdateSa _ -> UPDATE_SA;
                case SadbOperation.DeleteSa _, SadbOperation.DeleteAllSas _ -> DELETE_SA;
                case SadbOperation.GetSa _ -> GET_SA;
                case SadbOperation.ReserveSpi _ -> RESERVE_SPI;
                case SadbOperation.AddPolicy _, SadbOperation.SetPolicyIndex _ -> ADD_POLICY;
                case SadbOperation.UpdatePolicy _, SadbOperation.RestorePolicy _ -> UPDATE_POLICY;
                case SadbOperation.DeletePolicy _, SadbOperation.DeletePolicyById _ ->
                        DELETE_POLICY;
                case SadbOperation.GetPolicy _, SadbOperation.GetPolicyById _ -> GET_POLICY;
                case SadbOperation.FlushSas _, SadbOperation.FlushPolicies _ -> FLUSH;
                case SadbOperation.DumpSas _, SadbOperation.DumpPolicies _ -> DUMP;
                case SadbOperation.Register _ -> REGISTER;
                case SadbOperation.RefuseAcquire _, SadbOperation.GetStatistics _ -> OTHER;
            };
        }
    }

    private static final Set<Kind> SA = EnumSet.of(Kind.ADD_SA, Kind.UPDATE_SA);
    private static final Set<Kind> ADD = EnumSet.of(Kind.ADD_SA);
    private static final Set<Kind> UPDATE = EnumSet.of(Kind.UPDATE_SA);
    private static final Set<Kind> DELETE = EnumSet.of(Kind.DELETE_SA);
    private static final Set<Kind> NAME = EnumSet.of(Kind.DELETE_SA, Kind.GET_SA);
    private static final Set<Kind> RESERVE = EnumSet.of(Kind.RESERVE_SPI);
    private static final Set<Kind> POLICY = EnumSet.of(Kind.ADD_POLICY, Kind.UPDATE_POLICY);
    private static final Set<Kind> NAMED_POLICY =
            EnumSet.of(Kind.UPDATE_POLICY, Kind.DELETE_POLICY, Kind.GET_POLICY);
    private static final Set<Kind> LOST_POLICY = EnumSet.of(Kind.DELETE_POLICY, Kind.GET_POLICY);
    private static final Set<Kind> NEW_POLICY = EnumSet.of(Kind.ADD_POLICY);
    private static final Set<Kind> MADE =
            EnumSet.of(
                    Kind.ADD_SA,
                    Kind.UPDATE_SA,
                    Kind.RESERVE_SPI,
                    Kind.ADD_POLICY,
                    Kind.UPDATE_POLICY);
    private static final Set<Kind> REGISTER = EnumSet.of(Kind.REGISTER);
    private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);

    private static final Predicate<RefusedCase> ALWAYS = refused -> true;

    /// @param fragment of the kernel's words, in any case; empty where the number suffices
    /// @param when what the operation has to be like besides
    record Row(
            Set<Who> who,
            Set<Kind> kinds,
            Errno errno,
            String fragment,
            Predicate<RefusedCase> when,
            RefusalCause cause) {
        boolean fits(RefusedCase refused) {
            return who.contains(refused.who())
                    && kinds.contains(Kind.of(refused.operation()))
                    && errno == refused.refused().errno()
                    && lower(refused.refused().why()).contains(lower(fragment))
                    && when.test(refused);
        }

        private static String lower(String text) {
            return text.toLowerCase(Locale.ROOT);
        }
    }

    /// From top to bottom: the first that fits counts.
    static final List<Row> ROWS =
            List.of(
                    // spotless:off -- the columns are the documentation
                    // what is there already, or is not
                    row(ANY, NEW_POLICY, Errno.EEXIST, "", POLICY_EXISTS),
                    row(ANY, RESERVE, Errno.EEXIST, "", SPI_EXHAUSTED), // BSD
                    row(ANY, REGISTER, Errno.EEXIST, "", REGISTERED_TWICE),
                    row(ANY, ADD, Errno.EEXIST, "", SA_EXISTS),
                    row(KERNEL, UPDATE, Errno.EEXIST, "", SA_OF_KERNEL),
                    row(ANY, SA, Errno.ESRCH, "", SA_ABSENT),
                    row(ANY, NAME, Errno.ESRCH, "", SA_ABSENT),
                    row(ANY, NAMED_POLICY, Errno.ENOENT, "", POLICY_ABSENT),
                    row(ANY, NAMED_POLICY, Errno.ESRCH, "", POLICY_ABSENT),

                    // rights
                    row(KERNEL, DELETE, Errno.EPERM, "in use by tunnels", SA_OF_KERNEL),
                    row(ANY, ALL, Errno.EPERM, "", RefusedCase::lacksRights, NO_RIGHTS),
                    row(PFKEY, DELETE, Errno.EPERM, "", SA_OF_KERNEL),
                    row(KERNEL, ALL, Errno.EPERM, "", NO_RIGHTS),
                    row(ANY, ALL, Errno.EACCES, "", RefusedCase::lacksRights, NO_RIGHTS),
                    row(KERNEL, ALL, Errno.EACCES, "", SECURITY_MODULE),

                    // XFRM with words: the pieces of an SA
                    row(XFRM, SA, Errno.EPROTONOSUPPORT, "type not found", PROTOCOL_ABSENT),
                    row(XFRM, SA, Errno.EPROTONOSUPPORT, "mode not found", MODE_ABSENT),
                    row(XFRM, SA, Errno.EPROTONOSUPPORT, "change of family", FAMILY_CHANGE),
                    row(XFRM, SA, Errno.EINVAL, "change of family", FAMILY_CHANGE),
                    row(XFRM, SA, Errno.EPROTONOSUPPORT, "AF_UNSPEC", FAMILY_CHANGE),
                    row(XFRM, SA, Errno.ENOSYS, "algorithm not found", ALGORITHM_ABSENT),
                    row(XFRM, SA, Errno.ENOENT, "cryptographic", ALGORITHM_ABSENT),
                    row(
                            XFRM,
                            SA,
                            Errno.EINVAL,
                            "cryptographic",
                            RefusedCase::hasMissingAlgorithm,
                            ALGORITHM_ABSENT),
                    row(XFRM, SA, Errno.EINVAL, "cryptographic", KEY_REFUSED),
                    row(
                            XFRM,
                            SA,
                            Errno.EINVAL,
                            "can't be used with AUTH",
                            AEAD_WITH_AUTHENTICATION),
                    row(XFRM, SA, Errno.EINVAL, "attribute for AH", AH_WITHOUT_AUTHENTICATION),
                    row(XFRM, SA, Errno.EINVAL, "AH requires a state", AH_WITHOUT_AUTHENTICATION),
                    row(XFRM, SA, Errno.EINVAL, "attributes for AH", AH_ENCRYPTS),
                    row(XFRM, SA, Errno.EINVAL, "required attribute for ESP", ESP_WITHOUT_CIPHER),
                    row(XFRM, SA, Errno.EINVAL, "AEAD or CRYPT must be", ESP_WITHOUT_CIPHER),
                    row(XFRM, SA, Errno.EINVAL, "attribute for ESP: COMP", COMPRESSION_MISFIT),
                    row(XFRM, SA, Errno.EINVAL, "attribute for COMP", COMPRESSION_MISFIT),
                    row(XFRM, SA, Errno.EINVAL, "attributes for COMP", COMPRESSION_MISFIT),
                    row(XFRM, SA, Errno.EINVAL, "compression algorithm", COMPRESSION_MISFIT),
                    row(XFRM, SA, Errno.EINVAL, "SPI is too large for COMP", CPI_RANGE),
                    row(XFRM, SA, Errno.EINVAL, "window must be > 0", WINDOW_MISSING),
                    row(XFRM, SA, Errno.EINVAL, "attribute for ESN", WINDOW_MISSING),
                    row(XFRM, SA, Errno.EINVAL, "bitmap length must be", WINDOW_RANGE),
                    row(XFRM, SA, Errno.EINVAL, "too large for the chosen bitmap", WINDOW_RANGE),
                    row(XFRM, SA, Errno.EINVAL, "longer than the bitmap", WINDOW_RANGE),
                    row(XFRM, SA, Errno.EINVAL, "match the existing SA's ESN", WINDOW_CHANGED),
                    row(
                            XFRM,
                            SA,
                            Errno.EINVAL,
                            "only supported for ESP and AH",
                            EXTENDED_SEQUENCE_MISUSED),
                    row(XFRM, SA, Errno.EINVAL, "truncated ICV", ICV_LENGTH),
                    row(XFRM, SA, Errno.EINVAL, "encapsulation", ENCAPSULATION),
                    row(XFRM, SA, Errno.EINVAL, "Unsupported protocol", PROTOCOL_ABSENT),
                    row(XFRM, SA, Errno.EINVAL, "Unsupported mode", MODE_UNKNOWN),
                    row(XFRM, SA, Errno.EINVAL, "Invalid mode requested", MODE_UNKNOWN),
                    row(XFRM, SA, Errno.EINVAL, "Unsupported XFRM mode", MODE_UNKNOWN),
                    row(XFRM, MADE, Errno.EINVAL, "prefix length", PREFIX_RANGE),
                    row(XFRM, MADE, Errno.EINVAL, "security context", CONTEXT),
                    row(XFRM, SA, Errno.EINVAL, "offload", OFFLOAD),
                    row(XFRM, MADE, Errno.EOPNOTSUPP, "offload", OFFLOAD),
                    row(XFRM, RESERVE, Errno.EINVAL, "IPCOMP SPI", CPI_RANGE),
                    row(XFRM, RESERVE, Errno.EINVAL, "min > max", SPI_ORDER),
                    row(XFRM, RESERVE, Errno.EINVAL, "Invalid protocol", PROTOCOL_ABSENT),
                    row(ANY, RESERVE, Errno.ENOENT, "", SPI_EXHAUSTED),

                    // XFRM with words: policies
                    row(XFRM, POLICY, Errno.EINVAL, "optional template", OPTIONAL_TUNNEL),
                    row(XFRM, POLICY, Errno.EINVAL, "family change", FAMILY_CHANGE),
                    row(XFRM, POLICY, Errno.EINVAL, "family in template", IPV6_DISABLED),
                    row(XFRM, POLICY, Errno.EINVAL, "Template count", RULES_TOO_MANY),
                    row(XFRM, POLICY, Errno.EINVAL, "in template", RULE_INVALID),
                    row(XFRM, ALL, Errno.EINVAL, "policy direction", DIRECTION_INVALID),
                    row(XFRM, ALL, Errno.EINVAL, "match direction", DIRECTION_INVALID),
                    row(XFRM, ALL, Errno.EINVAL, "policy type", DIRECTION_INVALID),
                    row(XFRM, ALL, Errno.EINVAL, "policy action", DIRECTION_INVALID),

                    // numbers alone: what was asked for tells
                    row(KERNEL, SA, Errno.EPROTONOSUPPORT, "", PROTOCOL_ABSENT),
                    row(KERNEL, SA, Errno.ENOSYS, "", ALGORITHM_ABSENT),
                    row(KERNEL, SA, Errno.ENOENT, "", ALGORITHM_ABSENT),
                    row(KERNEL, SA, Errno.ELIBBAD, "", ALGORITHM_BROKEN),
                    row(KERNEL, SA, Errno.EKEYREJECTED, "", KEY_REFUSED),
                    row(KERNEL, ALL, Errno.EAFNOSUPPORT, "", RefusedCase::isIpv6, IPV6_DISABLED),
                    row(KERNEL, MADE, Errno.EAFNOSUPPORT, "", FAMILY_CHANGE),
                    row(KERNEL, SA, Errno.EINVAL, "", RefusedCase::encryptsWithoutEsp, AH_ENCRYPTS),
                    row(
                            KERNEL,
                            SA,
                            Errno.EINVAL,
                            "",
                            RefusedCase::isAhWithoutMac,
                            AH_WITHOUT_AUTHENTICATION),
                    row(
                            KERNEL,
                            SA,
                            Errno.EINVAL,
                            "",
                            RefusedCase::isEspWithoutCipher,
                            ESP_WITHOUT_CIPHER),
                    row(
                            KERNEL,
                            SA,
                            Errno.EINVAL,
                            "",
                            RefusedCase::isAeadWithMac,
                            AEAD_WITH_AUTHENTICATION),
                    row(KERNEL, SA, Errno.EINVAL, "", RefusedCase::hasLargeCpi, CPI_RANGE),
                    row(KERNEL, SA, Errno.EINVAL, "", RefusedCase::isUdpWithoutEsp, ENCAPSULATION),
                    row(
                            XFRM,
                            SA,
                            Errno.EINVAL,
                            "",
                            RefusedCase::isExtendedWithoutWindow,
                            WINDOW_MISSING),
                    row(PFKEY, SA, Errno.EINVAL, "", RefusedCase::hasHalfLifetime, LIFETIME_HALF),
                    row(
                            KERNEL,
                            SA,
                            Errno.EINVAL,
                            "",
                            RefusedCase::hasMissingAlgorithm,
                            ALGORITHM_ABSENT),
                    row(
                            ANY,
                            POLICY,
                            Errno.EINVAL,
                            "",
                            RefusedCase::hasOptionalTunnelOut,
                            OPTIONAL_TUNNEL),
                    row(
                            KERNEL,
                            POLICY,
                            Errno.EINVAL,
                            "",
                            RefusedCase::hasTransportRuleOfOtherFamily,
                            FAMILY_CHANGE),
                    row(KERNEL, MADE, Errno.EINVAL, "", RefusedCase::hasContext, CONTEXT),
                    row(KERNEL, UPDATE, Errno.EINVAL, "", SA_NOT_ALIVE),
                    row(PFKEY, LOST_POLICY, Errno.EINVAL, "", POLICY_ABSENT), // BSD
                    row(KERNEL, POLICY, Errno.ELOOP, "", RULES_TOO_MANY),
                    row(XFRM, ALL, Errno.EINVAL, "attribute", ATTRIBUTE_UNKNOWN),
                    row(XFRM, ALL, Errno.ERANGE, "", ATTRIBUTE_UNKNOWN),
                    row(KERNEL, POLICY, Errno.EINVAL, "", RULE_INVALID),
                    row(KERNEL, SA, Errno.EINVAL, "", PARAMETER),

                    // the state of the machine
                    row(ANY, ALL, Errno.ENOMEM, "", MEMORY),
                    row(ANY, ALL, Errno.ENOBUFS, "", MEMORY),
                    row(ANY, ALL, Errno.EBUSY, "", BUSY),
                    row(ANY, ALL, Errno.EAGAIN, "", BUSY),
                    row(ANY, ALL, Errno.EINTR, "", BUSY),
                    row(ANY, ALL, Errno.EMSGSIZE, "", TOO_LONG),
                    row(KERNEL, ALL, Errno.EOPNOTSUPP, "", OPERATION_UNKNOWN),
                    row(KERNEL, ALL, Errno.EPROTONOSUPPORT, "", OPERATION_UNKNOWN));

    // spotless:on

    private RefusalTable() {}

    static RefusalCause cause(RefusedCase refused) {
        if (refused.isInOwnWords()) {
            return AS_TOLD;
        }
        return ROWS.stream()
                .filter(row -> row.fits(refused))
                .map(Row::cause)
                .findFirst()
                .orElse(refused.refused().why().isEmpty() ? UNKNOWN : AS_TOLD);
    }

    private static Row row(
            Set<Who> who, Set<Kind> kinds, Errno errno, String fragment, RefusalCause cause) {
        return new Row(who, kinds, errno, fragment, ALWAYS, cause);
    }

    private static Row row(
            Set<Who> who,
            Set<Kind> kinds,
            Errno errno,
            String fragment,
            Predicate<RefusedCase> when,
            RefusalCause cause) {
        return new Row(who, kinds, errno, fragment, when, cause);
    }
}
