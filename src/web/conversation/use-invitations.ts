// The links by which people can join a conversation.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { InvitationBody } from "../../protocol/rest.ts";
import { rest } from "../server.ts";

export function useInvitations(conversationId: number) {
  const client = useQueryClient();
  const queryKey = ["invitations", conversationId];
  const onSettled = () => client.invalidateQueries({ queryKey });
  return {
    open: useQuery({ queryKey, queryFn: async () => (await rest.invitations.list(conversationId)).items }),
    make: useMutation({
      mutationFn: (wish: InvitationBody) => rest.invitations.make(conversationId, wish),
      onSettled,
    }),
    revoke: useMutation({
      mutationFn: (invitationId: number) => rest.invitations.revoke(conversationId, invitationId),
      onSettled,
    }),
  };
}
