"""Webhooks 事件推送: what happens in a region is told to outside systems, signed by Standard Webhooks."""
