//! Xiaohongshu (小红书): the wire forms of its open platform.
