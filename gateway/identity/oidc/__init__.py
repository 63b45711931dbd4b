"""经外部身份系统登录（OpenID Connect）。"""
