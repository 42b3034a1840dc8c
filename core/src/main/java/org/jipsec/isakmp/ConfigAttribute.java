package org.jipsec.isakmp;

import java.util.Map;
import java.util.Optional;

/// Attributes of mode config (draft-dukes-ike-mode-cfg 3.3), XAUTH (draft-beaulieu-ike-xauth 6.2)
/// and Cisco Unity.
public enum ConfigAttribute implements Numbered {
    INTERNAL_IP4_ADDRESS(1, "INTERNAL_IP4_ADDRESS"),
    INTERNAL_IP4_NETMASK(2, "INTERNAL_IP4_NETMASK"),
    INTERNAL_IP4_DNS(3, "INTERNAL_IP4_DNS"),
    INTERNAL_IP4_NBNS(4, "INTERNAL_IP4_NBNS"),
    INTERNAL_ADDRESS_EXPIRY(5, "INTERNAL_ADDRESS_EXPIRY"),
    INTERNAL_IP4_DHCP(6, "INTERNAL_IP4_DHCP"),
    APPLICATION_VERSION(7, "APPLICATION_VERSION"),
    INTERNAL_IP6_ADDRESS(8, "INTERNAL_IP6_ADDRESS"),
    INTERNAL_IP6_NETMASK(9, "INTERNAL_IP6_NETMASK"),
    INTERNAL_IP6_DNS(10, "INTERNAL_IP6_DNS"),
    INTERNAL_IP6_NBNS(11, "INTERNAL_IP6_NBNS"),
    INTERNAL_IP6_DHCP(12, "INTERNAL_IP6_DHCP"),
    INTERNAL_IP4_SUBNET(13, "INTERNAL_IP4_SUBNET"),
    SUPPORTED_ATTRIBUTES(14, "SUPPORTED_ATTRIBUTES"),
    INTERNAL_IP6_SUBNET(15, "INTERNAL_IP6_SUBNET"),
    XAUTH_TYPE(16520, "XAUTH_TYPE"),
    XAUTH_USER_NAME(16521, "XAUTH_USER_NAME"),
    XAUTH_USER_PASSWORD(16522, "XAUTH_USER_PASSWORD"),
    XAUTH_PASSCODE(16523, "XAUTH_PASSCODE"),
    XAUTH_MESSAGE(16524, "XAUTH_MESSAGE"),
    XAUTH_CHALLENGE(16525, "XAUTH_CHALLENGE"),
    XAUTH_DOMAIN(16526, "XAUTH_DOMAIN"),
    XAUTH_STATUS(16527, "XAUTH_STATUS"),
    XAUTH_NEXT_PIN(16528, "XAUTH_NEXT_PIN"),
    XAUTH_ANSWER(16529, "XAUTH_ANSWER"),
    UNITY_BANNER(28672, "UNITY_BANNER"),
    UNITY_SAVE_PASSWD(28673, "UNITY_SAVE_PASSWD"),
    UNITY_DEF_DOMAIN(28674, "UNITY_DEF_DOMAIN"),
    UNITY_SPLITDNS_NAME(28675, "UNITY_SPLITDNS_NAME"),
    UNITY_SPLIT_INCLUDE(28676, "UNITY_SPLIT_INCLUDE"),
    UNITY_NATT_PORT(28677, "UNITY_NATT_PORT"),
    UNITY_LOCAL_LAN(28678, "UNITY_LOCAL_LAN"),
    UNITY_PFS(28679, "UNITY_PFS"),
    UNITY_FW_TYPE(28680, "UNITY_FW_TYPE"),
    UNITY_BACKUP_SERVERS(28681, "UNITY_BACKUP_SERVERS"),
    UNITY_DDNS_HOSTNAME(28682, "UNITY_DDNS_HOSTNAME");

    private static final Map<Integer, ConfigAttribute> BY_NUMBER = Numbered.byNumber(values());

    private final int number;
    private final String text;

    ConfigAttribute(int number, String text) {
        this.number = number;
        this.text = text;
    }

    public static Optional<ConfigAttribute> of(int number) {
        return Optional.ofNullable(BY_NUMBER.get(number));
    }

    /// The name of a number: itself where it has none, as racoon does.
    public static String text(int number) {
        return of(number).map(ConfigAttribute::text).orElse(Integer.toString(number));
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public String text() {
        return text;
    }
}
