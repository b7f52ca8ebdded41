"""The home: devices over MQTT and in Home Assistant, and receipts for what is done to them."""
