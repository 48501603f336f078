"""How a family gets in: by a link or a letter code, once, and then by a cookie that opens one invitation."""
