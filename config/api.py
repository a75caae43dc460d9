from rest_framework.views import exception_handler as present_exception

__all__ = ["present_exception"]
