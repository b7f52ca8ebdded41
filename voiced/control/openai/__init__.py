"""OpenAI's protocol, as far as voiced can keep it: any client of it talks to the daemon.

Source of the forms: https://platform.openai.com/docs/api-reference
"""
