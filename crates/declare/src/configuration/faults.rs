//! Faults of the configuration: one line each.

ports::fault_kinds! {
    /// The file cannot be read.
    UNREADABLE = "CFG-UNREADABLE", Error,
        "配置文件{file}无法读取：{reason}" / "the configuration {file} cannot be read: {reason}",
        "检查路径和权限，或用 --config 指定另一个文件" / "check the path and its permissions, or name another file with --config";
    /// The file is not TOML.
    SYNTAX = "CFG-SYNTAX", Error,
        "配置文件{file}第{line}行不是有效的TOML：{reason}" / "{file} line {line} is not valid TOML: {reason}",
        "按提示修改该行" / "correct that line";
    /// A key is missing.
    MISSING = "CFG-MISSING", Error,
        "缺少配置项{key}" / "{key} is missing",
        "在配置文件中加入：{example}" / "add to the configuration: {example}";
    /// A key holds another type.
    WRONG_TYPE = "CFG-TYPE", Error,
        "配置项{key}的类型是{found}" / "{key} is of type {found}",
        "应为：{wanted}" / "wanted: {wanted}";
    /// A key holds a value that cannot be.
    WRONG_VALUE = "CFG-VALUE", Error,
        "配置项{key}的值不可用：{found}" / "{key} cannot be {found}",
        "应为：{wanted}" / "wanted: {wanted}";
    /// An unknown key that looks like a known one.
    UNKNOWN_KEY_NEAR = "CFG-UNKNOWN-KEY", Error,
        "不认识的配置项{key}" / "{key} is not a known key",
        "是否想写 {nearest}？" / "did you mean {nearest}?";
    /// An unknown key.
    UNKNOWN_KEY = "CFG-UNKNOWN", Error,
        "不认识的配置项{key}" / "{key} is not a known key",
        "此处可用的配置项：{known}" / "known here: {known}";
    /// A port the catalogue does not know.
    UNKNOWN_PORT = "CFG-PORT", Error,
        "口岸目录中没有{key}" / "{key} names no port of the catalogue",
        "用 customs ports list 查看口岸名称" / "see customs ports list for the names";
    /// Asked to sign without a signer.
    NO_SIGNER = "CFG-NO-SIGNER", Error,
        "没有配置签名" / "no signer is configured",
        "在 [signing] 填写 kind（rsa-sha1、sm2-sm3 或 remote）、key（remote 时为 urls）、certificate" / "give kind (rsa-sha1, sm2-sm3 or remote), key (urls for remote) and certificate of [signing]";
    /// A secret cannot be read from where the configuration says.
    SECRET = "CFG-SECRET", Error,
        "配置项{key}所指的密钥读不到：{reason}" / "the secret of {key} cannot be read: {reason}",
        "检查环境变量或文件是否存在、能否读取" / "check that the variable is set or the file can be read";
    /// The settings do not make a client of a platform.
    PLATFORM = "CFG-PLATFORM", Error,
        "平台客户端无法使用：{reason}" / "the platform's client cannot be used: {reason}",
        "检查 [platforms.xiaohongshu] 的 base_url、app_id、app_secret" / "check base_url, app_id and app_secret of [platforms.xiaohongshu]";
    /// Asked to send without a gateway.
    NO_GATEWAY = "CFG-NO-GATEWAY", Error,
        "没有配置报关通道：缺少 {key}" / "no gateway is configured: {key} is missing",
        "在 [gateway] 填写 kind = \"folder\" 及 outbox、inbox，或 kind = \"http\" 及 url、token" / "give kind = \"folder\" with outbox and inbox, or kind = \"http\" with url and token, in [gateway]";
    /// The key or the certificate cannot be used.
    SIGNER = "CFG-SIGNER", Error,
        "签名密钥不可用：{reason}" / "the signing key cannot be used: {reason}",
        "检查 [signing] 的 key、password、certificate，remote 时检查 urls 和 token" / "check key, password and certificate of [signing]; for remote, urls and token";
}
